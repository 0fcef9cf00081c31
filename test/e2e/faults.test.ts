import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { type Ceph, startCeph } from '../../testing/ceph.ts';
import { type FaultProxy, startFaultProxy } from '../../testing/fault-proxy.ts';
import { corpusDirectory, needs } from '../../testing/needs.ts';
import { receive } from '../../testing/receive.ts';
import { s3Environment } from '../../testing/s3-environment.ts';
import { type Service, startService } from '../../testing/service.ts';

const MEGABYTE = 1_000_000;
const body = Buffer.from(Uint8Array.from({ length: 8 * MEGABYTE }, (_, i) => (i * 31 + (i >> 9)) & 255));
const other = Buffer.alloc(body.length, 7);

describe('a source that breaks in mid-body, behind the whole service', function () {
  this.timeout(180_000);
  let ceph: Ceph;
  let proxy: FaultProxy;
  let service: Service;

  before(async function () {
    needs(this, 'ceph', 'corpus');
    ceph = await startCeph();
    proxy = await startFaultProxy(ceph.endpoint);
    service = await start();
    await put('film.avi', await readFile(join(corpusDirectory, 'legacy/media__sample.avi')));
    await put('long.mp4', await readFile(join(corpusDirectory, 'mp4/big-buck-bunny__bbb-480p-30s.mp4')));
  });
  beforeEach(() => put('film.mp4', body));
  afterEach(() => {
    proxy?.script();
    proxy?.always(null);
  });
  after(async () => {
    await service?.close();
    await proxy?.close();
  });

  const put = (Key: string, Body: Buffer) =>
    ceph.client.send(new PutObjectCommand({ Bucket: ceph.bucket, Key, Body }));

  describe('is continued if that is possible', () => {
    const STORIES: [string, () => void][] = [
      ['reset', () => proxy.script({ kind: 'reset', afterBytes: 3 * MEGABYTE })],
      [
        'reset twice',
        () => proxy.script({ kind: 'reset', afterBytes: MEGABYTE }, { kind: 'reset', afterBytes: 99 }),
      ],
      ['stalled', () => proxy.script({ kind: 'stall', afterBytes: 2 * MEGABYTE })],
      ['ended short', () => proxy.script({ kind: 'short', afterBytes: 5 * MEGABYTE })],
      ['slow', () => proxy.script({ kind: 'slow', bytesPerSecond: 4 * MEGABYTE })],
      [
        'refused twice with 503',
        () =>
          proxy.script(
            { kind: 'refuse', status: 503, code: 'SlowDown' },
            { kind: 'refuse', status: 503, code: 'SlowDown' },
          ),
      ],
    ];
    for (const [what, script] of STORIES) {
      it(what, async () => {
        script();
        const { status, bytes, broke } = await receive(`${service.url}/media/film.mp4`);
        expect([status, broke]).to.deep.equal([200, false]);
        expect(bytes.equals(body)).to.equal(true);
      });
    }

    it('reset below a transcode', async () => {
      const whole = await receive(`${service.url}/stream/film.avi?format=wav`);
      proxy.script(
        { kind: 'none' },
        { kind: 'reset', afterBytes: 100_000 },
        { kind: 'reset', afterBytes: 100_000 },
      );
      const again = await receive(`${service.url}/stream/film.avi?format=wav`);
      expect([whole.status, whole.broke, again.status, again.broke]).to.deep.equal([200, false, 200, false]);
      expect(again.bytes.equals(whole.bytes)).to.equal(true);
    });
  });

  it('replaced in mid-read: the connection breaks, and no byte is of the other version', async () => {
    const replace = () => put('film.mp4', other);
    proxy.script({ kind: 'reset', afterBytes: 3 * MEGABYTE, before: replace });
    const { status, bytes, broke } = await receive(`${service.url}/media/film.mp4`);
    expect([status, broke]).to.deep.equal([200, true]);
    expect(bytes.length).to.be.below(body.length);
    expect(bytes.equals(body.subarray(0, bytes.length))).to.equal(true);
  });

  it('gone for good: the connection breaks, with a correct start', async () => {
    proxy.script({ kind: 'reset', afterBytes: 2 * MEGABYTE, before: goneForGood });
    const { status, bytes, broke } = await receive(`${service.url}/media/film.mp4`);
    expect([status, broke]).to.deep.equal([200, true]);
    expect(bytes.equals(body.subarray(0, bytes.length))).to.equal(true);
  });

  it('gone for good below a transcode: the connection breaks, although ffmpeg ends without complaint', async () => {
    const { bytes: whole } = await receive(`${service.url}/stream/long.mp4?format=wav`);
    // Another process, which has nothing of the object in its cache.
    await service.close();
    service = await start();
    // The index at both ends, the first sample, and a good part of the media come through.
    const passing = Array.from({ length: 4 }, () => ({ kind: 'none' }) as const);
    proxy.script(...passing, { kind: 'reset', afterBytes: 0, before: goneForGood });
    const { status, bytes, broke } = await receive(`${service.url}/stream/long.mp4?format=wav`);
    expect([status, broke]).to.deep.equal([200, true]);
    expect(bytes.length).to.be.within(1, whole.length - 1);
  });

  it('unavailable from the start: 503 with Retry-After', async () => {
    proxy.always({ kind: 'refuse', status: 503, code: 'SlowDown' });
    const response = await fetch(`${service.url}/media/film.mp4`);
    expect(response.status).to.equal(503);
    expect(Number(response.headers.get('retry-after'))).to.be.above(0);
    expect((await response.json()) as object).to.include({ type: 'urn:sluice:problem:source-unavailable' });
  });

  const goneForGood = async () => proxy.always({ kind: 'refuse', status: 503, code: 'SlowDown' });

  function start(): Promise<Service> {
    const throughHere = { READ_TIMEOUT_SECONDS: '1', REDIRECT_DOWNLOADS: '0' };
    return startService({ ...s3Environment(ceph, proxy.endpoint), ...throughHere });
  }
});
