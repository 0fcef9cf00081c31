import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { sign } from '../../functions/stream/route/sign.ts';
import { demoDirectory } from '../../local/function.ts';
import { type Service, startService } from '../../testing/service.ts';

const MAIN = { id: 'main', secret: 'm'.repeat(32) };
const EXPIRES = Math.floor(Date.now() / 1000) + 3600;
const token = (key: string) => `/~${sign(MAIN, { kind: 'key', key }, EXPIRES)}`;
const exact = (address: string) => `/~${sign(MAIN, { kind: 'address', address }, EXPIRES)}${address}`;
const film = token('video.mp4');
/** An id of no export. */
const ID = 'a'.repeat(22);
const ORIGIN = 'https://app.example';

type Answer = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

/** Every kind of address and of answer: the headers that all have, and those that none has. */
describe('the header fields of every answer', function () {
  this.timeout(60_000);
  let service: Service;
  let folder: string;
  let version: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-hygiene-'));
    service = await startService({
      MEDIA_DIR: demoDirectory,
      DERIVED_DIR: join(folder, 'derived'),
      PUBLIC: '',
      SIGNING_KEYS: `${MAIN.id}:${MAIN.secret}`,
      PLAYER_PAGE: '1',
      ALLOWED_ORIGINS: ORIGIN,
    });
    const { body } = await ask('GET', `${film}/hls/video.mp4/copy/index.m3u8`);
    version = /\?v=[\w-]+/.exec(body)?.[0] ?? '';
    expect(version).to.not.equal('');
  });
  after(async () => {
    await service?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function ask(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body = '',
  ): Promise<Answer> {
    const { hostname, port } = new URL(service.url);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { hostname, port, path, method, headers: { origin: ORIGIN, ...headers } };
      httpRequest(options, resolve).on('error', reject).end(body);
    });
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: (await buffer(response)).toString('latin1'),
    };
  }

  const IMMUTABLE = 'max-age=31536000, immutable, private';
  const TABLE: [
    method: string,
    path: string,
    headers: Record<string, string>,
    status: number,
    cacheControl: string,
  ][] = [
    ['GET', exact('/'), {}, 200, 'no-cache, private'],
    ['GET', exact('/'), { accept: 'application/json' }, 200, 'no-cache, private'],
    ['GET', '/health', {}, 200, 'no-cache'],
    ['HEAD', `${film}/media/video.mp4`, {}, 200, 'no-cache, private'],
    ['GET', `${film}/media/video.mp4`, { range: 'bytes=0-9' }, 206, 'no-cache, private'],
    ['GET', `${film}/media/video.mp4`, { range: 'bytes=0-9,20-29' }, 206, 'no-cache, private'],
    ['GET', `${film}/media/video.mp4`, { 'if-none-match': '*' }, 304, 'no-cache, private'],
    ['GET', `${film}/media/video.mp4?download=1`, { range: 'bytes=0-9' }, 206, 'no-cache, private'],
    ['GET', `${film}/media/video.mp4?faststart=1`, { range: 'bytes=0-9' }, 206, 'no-cache, private'],
    ['GET', `${film}/stream/video.mp4`, { range: 'bytes=0-9' }, 206, 'no-cache, private'],
    ['GET', `${film}/stream/video.mp4?format=wav&duration=0.2`, {}, 200, 'no-cache, private'],
    ['GET', `${film}/info/video.mp4`, {}, 200, 'no-cache, private'],
    ['GET', `${film}/hls/video.mp4/master.m3u8`, {}, 200, 'no-cache, private'],
    ['GET', `${film}/hls/video.mp4/copy/index.m3u8`, {}, 200, 'no-cache, private'],
    ['GET', `${film}/hls/video.mp4/copy/init.mp4VERSION`, {}, 200, IMMUTABLE],
    ['GET', `${film}/hls/video.mp4/copy/0.m4sVERSION`, {}, 200, IMMUTABLE],
    ['GET', `${film}/hls/video.mp4/copy/0.m4s`, {}, 200, 'no-cache, private'],
    ['GET', `${film}/dash/video.mp4/manifest.mpd`, {}, 200, 'no-cache, private'],
    ['GET', `${film}/dash/video.mp4/audio-0/1.m4sVERSION`, {}, 200, IMMUTABLE],
    ['GET', `${film}/export/video.mp4?format=wav&duration=0.2`, {}, 200, 'no-store, private'],
    ['HEAD', `${film}/export/video.mp4?format=wav&duration=0.2`, {}, 200, 'no-store, private'],
    ['OPTIONS', '/media/video.mp4', { 'access-control-request-method': 'GET' }, 204, 'no-store'],
    ['GET', '/media/../x', {}, 400, 'no-store'],
    ['GET', `${film}/stream/video.mp4?height=1`, {}, 400, 'no-store'],
    ['GET', `${film}/export/video.mp4?height=1`, {}, 400, 'no-store'],
    ['GET', '/export/video.mp4', {}, 403, 'no-store'],
    ['GET', `/made/video.mp4/${ID}.wav`, {}, 403, 'no-store'],
    ['GET', `${film}/made/other.mp4/${ID}.wav`, {}, 403, 'no-store'],
    ['GET', `${film}/made/video.mp4/${ID}.wav`, {}, 404, 'no-store'],
    ['GET', `${film}/made/video.mp4/${ID}x.wav`, {}, 404, 'no-store'],
    ['POST', `${film}/export/video.mp4`, {}, 405, 'no-store'],
    ['GET', '/media/video.mp4', {}, 403, 'no-store'],
    ['GET', `${token('other.mp4')}/media/video.mp4`, {}, 403, 'no-store'],
    ['GET', `${token('nothing.mp4')}/media/nothing.mp4`, {}, 404, 'no-store'],
    ['GET', '/nothing', {}, 404, 'no-store'],
    ['POST', `${film}/media/video.mp4`, {}, 405, 'no-store'],
    ['PUT', '/health', {}, 405, 'no-store'],
    ['DELETE', '/', {}, 405, 'no-store'],
    ['PATCH', '/stream/video.mp4', {}, 405, 'no-store'],
    ['PROPFIND', '/', {}, 405, 'no-store'],
    ['GET', `${film}/media/video.mp4`, { 'if-match': '"another"' }, 412, 'no-store'],
    [
      'GET',
      `${film}/stream/video.mp4?format=webm&duration=0.5&bitrate=50M&height=4320&start=1`,
      {},
      200,
      'no-cache, private',
    ],
    ['GET', `/media/${'a'.repeat(8_200)}`, {}, 414, 'no-store'],
    ['GET', `/media/a?${'a'.repeat(8_200)}`, {}, 414, 'no-store'],
    ['GET', `${film}/media/video.mp4`, { range: 'bytes=99999999-' }, 416, 'no-store'],
    ['GET', `${film}/media/video.mp4`, { range: `bytes=${'0-0,'.repeat(33)}` }, 416, 'no-store'],
    ['GET', '/health', { cookie: 'a'.repeat(12_288) }, 431, 'no-store'],
  ];
  for (const [method, path, headers, status, cacheControl] of TABLE) {
    const shown = path.replace(/\.[\w-]{43}/, '…').slice(0, 90);
    it(`${method} ${shown} ${JSON.stringify(headers).slice(0, 60)}: ${status}`, async () => {
      const answer = await ask(method, path.replace('VERSION', version), headers);
      expect(answer.status).to.equal(status);
      expect(answer.headers['cache-control']).to.equal(cacheControl);
      check(answer, method, path);
    });
  }

  it('refuses another method whatever its body, since there is no use in a smaller one', async () => {
    const answer = await ask('POST', '/health', { 'content-length': '3' }, 'x=1');
    expect(answer.status).to.equal(405);
    check(answer, 'POST', '/health');
  });

  it('refuses a request with a body, and says so', async () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const answer = await ask(method, '/health', { 'content-length': '3' }, 'x=1');
      expect(answer.status, method).to.equal(413);
      if (method !== 'HEAD') expect(answer.body).to.contain('The request has a body, and none is read here.');
      check(answer, method, '/health');
    }
  });

  function check({ status, headers, body }: Answer, method: string, path: string): void {
    expect(headers['x-content-type-options']).to.equal('nosniff');
    expect(headers['x-request-id']).to.match(/^[0-9a-f-]{36}$/);
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).to.match(/^default-src 'none'; /);
    const isPage = headers['content-type']?.startsWith('text/html') ?? false;
    if (isPage) {
      expect(policy).to.match(/script-src 'sha256-[^']+' 'self'; style-src 'sha256-/);
      expect(policy).to.contain("frame-ancestors 'none'").and.contain("form-action 'none'");
      expect(policy).to.not.match(/unsafe|\*/);
      expect(headers['referrer-policy']).to.equal('no-referrer');
    } else {
      expect(policy)
        .to.contain('sandbox')
        .and.not.match(/script|connect|\*/);
    }
    // CORS: one list, never credentials.
    expect(headers['access-control-allow-origin']).to.equal(ORIGIN);
    expect(headers).to.not.have.property('access-control-allow-credentials');
    expect(headers.vary).to.contain('Origin');
    for (const told of ['server', 'x-powered-by', 'set-cookie', 'location']) {
      expect(headers).to.not.have.property(told);
    }
    if (status === 405) expect(headers.allow).to.equal('GET, HEAD, OPTIONS');
    if (path.includes('download=1')) {
      expect(headers['content-disposition']).to.equal('attachment; filename="video.mp4"');
    }
    if (status >= 400 && method !== 'HEAD') {
      expect(headers['content-type']).to.equal('application/problem+json');
      const problem = JSON.parse(body);
      expect(problem).to.have.all.keys('type', 'title', 'status', 'detail', 'requestId');
      expect(problem.status).to.equal(status);
      expect(problem.detail).to.not.match(/:\/\/|127\.0\.0\.1|localhost|node_modules|\/tmp\//);
    }
  }

  it('has no token, key or address in the log', () => {
    const text = service.logs.map((line) => line.text).join('\n');
    expect(text.split('\n').length).to.be.above(TABLE.length);
    expect(text).to.not.contain(MAIN.secret);
    expect(text).to.not.match(/[ka]\.[\w-]{43}|127\.0\.0\.1/);
  });

  it('lets no page of another origin read, and names those that may', async () => {
    for (const origin of ['https://evil.example', 'null', `${ORIGIN}.evil.example`, 'http://app.example']) {
      const { headers } = await ask('GET', '/health', { origin });
      expect(headers).to.not.have.property('access-control-allow-origin');
      expect(headers.vary).to.contain('Origin');
    }
  });
});
