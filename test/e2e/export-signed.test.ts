import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Scope, sign } from '../../functions/stream/route/sign.ts';
import { demoDirectory } from '../../local/function.ts';
import { exportOf } from '../../testing/exports.ts';
import { type Service, startService } from '../../testing/service.ts';

const KEY = { id: 'main', secret: 's3cret/'.repeat(6) };
const ASKED = 'video.mp4?format=mp3&duration=2';

function token(scope: Scope): string {
  return sign(KEY, scope, Math.floor(Date.now() / 1000) + 3600);
}

describe('An export at a signed address', function () {
  this.timeout(60_000);
  let folder: string;
  let service: Service;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-signed-'));
    service = await startService({
      MEDIA_DIR: demoDirectory,
      DERIVED_DIR: folder,
      PUBLIC: '0',
      SIGNING_KEYS: `${KEY.id}:${KEY.secret}`,
    });
  });
  after(async () => {
    await service?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('is open with its result to the token of the object, and to no other', async () => {
    const open = `/~${token({ kind: 'key', key: 'video.mp4' })}`;
    const { events, address = '' } = await exportOf(service, `${open}/export/${ASKED}`);
    expect(events.at(-1)?.name).to.equal('done');
    expect(address.startsWith(`${open}/made/video.mp4/`)).to.equal(true);
    const response = await fetch(`${service.url}${address}`);
    expect(response.status).to.equal(200);
    // Not for a shared cache, however long it holds.
    expect(response.headers.get('cache-control')).to.equal('max-age=31536000, immutable, private');
    await response.arrayBuffer();

    const result = address.slice(open.length);
    const other = `/~${token({ kind: 'key', key: 'other.mp4' })}`;
    expect(await statusesOf([`/export/${ASKED}`, result])).to.deep.equal([403, 403]);
    expect(await statusesOf([`${other}/export/${ASKED}`, `${other}${result}`])).to.deep.equal([403, 403]);
  });

  async function statusesOf(addresses: readonly string[]): Promise<number[]> {
    return Promise.all(addresses.map(async (each) => (await fetch(`${service.url}${each}`)).status));
  }
});
