import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { demoDirectory } from '../../local/function.ts';
import { startCeph } from '../../testing/ceph.ts';
import { exportOf } from '../../testing/exports.ts';
import { type FaultProxy, startFaultProxy } from '../../testing/fault-proxy.ts';
import { needs } from '../../testing/needs.ts';
import { type Buckets, openBuckets } from '../../testing/places.ts';
import { type Service, startService } from '../../testing/service.ts';
import { makeSmallFilm } from '../../testing/small-film.ts';
import { decode } from '../../testing/verify.ts';

/** The time of an invocation that must leave work to others. */
const SHORT_SECONDS = 14;

/** The first and last 5 MiB of a long extent, and the small records of the work. */
const MOST_PASSED_BYTES = 11 * 1024 * 1024;

describe('An export, in buckets', function () {
  this.timeout(180_000);
  let folder: string;
  let places: Buckets;
  let proxy: FaultProxy;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg', 'ceph');
    folder = await mkdtemp(join(tmpdir(), 'sluice-buckets-'));
    places = await openBuckets();
    await places.put('film.mp4', await readFile(await makeSmallFilm()));
    await places.put('long.mp4', await readFile(join(demoDirectory, 'video.mp4')));
    proxy = await startFaultProxy((await startCeph()).endpoint);
    service = await startService(places.environment(proxy.endpoint));
  });
  after(async () => {
    await service?.close();
    await proxy?.close();
    await places?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const FORMS = [
    ['audio, with its frames indexed', 'film.mp4?format=mp3', 20],
    ['a film of less than a part', 'film.mp4?format=mp4&height=96', 20],
  ] as const;
  for (const [what, asked, seconds] of FORMS) {
    it(`is whole, and leaves no parts: ${what}`, async () => {
      await expectWhole(service, asked, seconds);
    });
  }

  it('is whole with 22 MB, most of which the store copies by itself after a new index', async () => {
    const before = proxy.bodyBytes();
    const { sizeBytes, bytesRead } = await expectWhole(service, 'long.mp4?format=mp4&audio=0', 30);
    // Neither bytes read of the source nor bytes fetched of the result count.
    const passed = proxy.bodyBytes() - before - bytesRead - sizeBytes;
    console.log(`      ${passed} bytes of it came back from the store to be sent again`);
    expect(passed).to.be.below(MOST_PASSED_BYTES);
  });

  it('is whole if several invocations produced it', async () => {
    const hasty = await startService(
      { ...places.environment(), MAX_EXPORT_INVOCATIONS: '2' },
      { timeoutSeconds: SHORT_SECONDS },
    );
    const { invocations } = await expectWhole(hasty, 'long.mp4?format=mp4&height=720', 30);
    expect(invocations).to.be.above(1);
    await hasty.close();
  });

  async function expectWhole(from: Service, asked: string, seconds: number) {
    const { events, file } = await exportOf(from, `/export/${asked}`);
    const last = events.at(-1);
    expect(last?.name, JSON.stringify(last)).to.equal('done');
    const path = join(folder, 'made');
    await writeFile(path, file);
    const decoded = await decode(path);
    expect(decoded.complaints).to.equal('');
    expect(decoded.seconds).to.be.closeTo(seconds, 0.1);
    const { sizeBytes, bytesRead, invocations, gbSeconds } = last?.data ?? {};
    expect(sizeBytes).to.equal(file.length);
    await untilNothingIsLeft();
    console.log(`      ${asked}: ${sizeBytes} bytes, ${invocations} invocations, ${gbSeconds} GB-s`);
    return { sizeBytes, bytesRead, invocations };
  }

  /** `done` is sent before the parts are removed. */
  async function untilNothingIsLeft(): Promise<void> {
    while ([...(await places.parts()), ...(await places.drafts())].length > 0) await delay(100);
  }
});
