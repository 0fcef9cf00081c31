import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type Scope, sign } from '../../functions/stream/route/sign.ts';
import { demoDirectory } from '../../local/function.ts';
import { launchBrowser, openPage, until } from '../../testing/browser.ts';
import { type FakeAws, startFakeAws } from '../../testing/fake-aws.ts';
import { needs } from '../../testing/needs.ts';
import { seeded } from '../../testing/seeded.ts';
import { type Service, startService } from '../../testing/service.ts';

const SECRETS = { new: 'n3w/'.repeat(11), old: '01d0'.repeat(16) };
const KEYS = `new:${SECRETS.new},old:${SECRETS.old}`;
const FILM: Scope = { kind: 'key', key: 'video.mp4' };

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
function token(scope = FILM, { id = 'new' as keyof typeof SECRETS, expires = inSeconds(3600) } = {}): string {
  return sign({ id, secret: SECRETS[id] }, scope, expires);
}

describe('signed addresses, behind the Function URL', function () {
  this.timeout(180_000);
  let service: Service;
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  before(async () => {
    service = await startService({ MEDIA_DIR: demoDirectory, SIGNING_KEYS: KEYS, PUBLIC: '0' });
  });
  after(async () => {
    agent.destroy();
    await service.close();
  });

  /** The path goes out as it is, where `fetch` would tidy it up. */
  async function ask(path: string, method = 'GET', over = service) {
    const { hostname, port } = new URL(over.url);
    const headers = { range: 'bytes=4-7' };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest({ hostname, port, path, method, headers, agent }, resolve).on('error', reject).end();
    });
    const body = await text(response);
    const isProblem = response.headers['content-type'] === 'application/problem+json' && body !== '';
    const type = isProblem ? String(JSON.parse(body).type).replace('urn:sluice:problem:', '') : '';
    return { status: response.statusCode ?? 0, type, body, id: String(response.headers['x-request-id']) };
  }

  it('plays what is signed, with either key, by GET and HEAD', async () => {
    for (const id of ['new', 'old'] as const) {
      for (const path of ['/media/video.mp4', '/stream/video.mp4']) {
        const { status, body } = await ask(`/~${token(FILM, { id })}${path}`);
        expect([status, body]).to.deep.equal([206, 'ftyp']);
        expect((await ask(`/~${token(FILM, { id })}${path}`, 'HEAD')).status).to.equal(200);
      }
    }
    const address = '/media/video.mp4?download=1';
    expect((await ask(`/~${token({ kind: 'address', address })}${address}`)).status).to.equal(206);
  });

  it('plays in Chromium', async function () {
    needs(this, 'chromium');
    const browser = await launchBrowser();
    try {
      const { page } = await openPage(browser);
      await page.goto(`${service.url}/health`);
      await page.evaluate(`(() => {
        const video = document.createElement('video');
        video.src = '/~${token()}/stream/video.mp4';
        video.muted = true;
        document.body.append(video);
        return video.play();
      })()`);
      await until(page, 120_000, `document.querySelector('video').currentTime > 1`);
    } finally {
      await browser.close();
    }
  });

  const right = token();
  const tampered = right.replace(
    /\.([^.])([^.]*)$/,
    (_, first, rest) => `.${first === 'A' ? 'B' : 'A'}${rest}`,
  );
  const ASKED = '/video.mp4?height=90&duration=1';
  const exact = token({ kind: 'address', address: `/stream${ASKED}` });
  const exporting = token({ kind: 'address', address: `/export${ASKED}` });
  const RESULT = `${'a'.repeat(22)}.mp4`;
  const seconds = /\.(\d+)\./.exec(right)?.[1] ?? '';
  const REFUSED: [what: string, path: string, status: number, type: string][] = [
    ['no token', '/media/video.mp4', 403, 'unsigned'],
    ['no token, for the page', '/', 403, 'unsigned'],
    ['a tampered signature', `/~${tampered}/media/video.mp4`, 403, 'bad-signature'],
    ['a signature cut short', `/~${right.slice(0, -1)}/media/video.mp4`, 403, 'bad-signature'],
    [
      'a later end',
      `/~${right.replace(seconds, `${Number(seconds) + 1}`)}/media/video.mp4`,
      403,
      'bad-signature',
    ],
    ['the id of another key', `/~${right.replace('new.', 'old.')}/media/video.mp4`, 403, 'bad-signature'],
    ['the id of no key', `/~${right.replace('new.', 'gone.')}/media/video.mp4`, 403, 'bad-signature'],
    ['a key for an address', `/~${right.replace('.k.', '.a.')}/media/video.mp4`, 403, 'bad-signature'],
    ['an address for a key', `/~${exact.replace('.a.', '.k.')}/stream/video.mp4`, 403, 'bad-signature'],
    ['another object', `/~${right}/media/other.mp4`, 403, 'bad-signature'],
    ['no token, for an export', '/export/video.mp4', 403, 'unsigned'],
    ['no token, for a result', `/made/video.mp4/${RESULT}`, 403, 'unsigned'],
    ['an export of another object', `/~${right}/export/other.mp4`, 403, 'bad-signature'],
    ['the result of another object', `/~${right}/made/other.mp4/${RESULT}`, 403, 'bad-signature'],
    ['the result of a key below it', `/~${right}/made/video.mp4/x/${RESULT}`, 403, 'bad-signature'],
    ['an export with the token of a stream', `/~${exact}/export${ASKED}`, 403, 'bad-signature'],
    ['a stream with the token of an export', `/~${exporting}/stream${ASKED}`, 403, 'bad-signature'],
    ['a result, with that', `/~${exporting}/made/video.mp4/${RESULT}`, 403, 'bad-signature'],
    [
      'an export with a token that its result is not open to',
      `/~${exporting}/export${ASKED}`,
      403,
      'unsigned',
    ],
    ['a result that does not exist', `/~${right}/made/video.mp4/${RESULT}`, 404, 'not-found'],
    [
      'an end that has passed',
      `/~${token(FILM, { expires: inSeconds(-1) })}/media/video.mp4`,
      403,
      'expired',
    ],
    [
      'a clock that is a minute slow',
      `/~${token(FILM, { expires: inSeconds(-59) })}/media/video.mp4`,
      403,
      'expired',
    ],
    [
      'an end in milliseconds',
      `/~${right.replace(seconds, `${seconds}000`)}/media/video.mp4`,
      403,
      'bad-signature',
    ],
    ['a query in another order', `/~${exact}/stream/video.mp4?duration=1&height=90`, 403, 'bad-signature'],
    ['a query with more', `/~${exact}/stream/video.mp4?height=90&duration=1&audio=0`, 403, 'bad-signature'],
    [
      'a query in another spelling',
      `/~${exact}/stream/video.mp4?height=9%30&duration=1`,
      403,
      'bad-signature',
    ],
    ['no query', `/~${exact}/stream/video.mp4`, 403, 'bad-signature'],
    ['a double encoding', `/~${right}/media/video%252Emp4`, 403, 'bad-signature'],
    ['a double encoding of dots', `/~${right}/media/%252e%252e/video.mp4`, 400, 'bad-address'],
    ['dots to another object', `/~${right}/media/../x`, 400, 'bad-address'],
    ['dots to the same', `/~${right}/media/../media/video.mp4`, 400, 'bad-address'],
    ['encoded dots', `/~${right}/media/%2e%2e/x`, 400, 'bad-address'],
    ['encoded slashes', `/~${right}/media/x%2f..%2fvideo.mp4`, 400, 'bad-address'],
    ['dots out of the token', `/~${right}/../~x/media/video.mp4`, 400, 'bad-address'],
    ['a backslash', `/~${right}\\media/video.mp4`, 400, 'bad-address'],
    ['an encoded tilde', `/%7E${right}/media/video.mp4`, 404, 'not-found'],
    ['two slashes', `//~${right}/media/video.mp4`, 404, 'not-found'],
    ['two tokens', `/~${right}/~${right}/media/video.mp4`, 404, 'not-found'],
    ['a token in another place', `/media/~${right}/video.mp4`, 403, 'unsigned'],
    ['a token as a parameter', `/media/video.mp4?token=${right}`, 403, 'unsigned'],
    ['a token and nothing else', `/~${right}`, 404, 'not-found'],
  ];
  for (const [what, path, status, type] of REFUSED) {
    it(`refuses ${what}: ${type}`, async () => {
      const answer = await send('GET', path);
      expect([answer.status, answer.type]).to.deep.equal([status, type]);
      expect([right, exact].some((each) => answer.whole.includes(each))).to.equal(false);
      expect((await send('HEAD', path)).status).to.equal(status);
    });
  }

  it('opens what each of those is a distortion of', async () => {
    expect((await send('HEAD', `/~${right}/media/video.mp4`)).status).to.equal(200);
    expect((await send('HEAD', `/~${exact}/stream/video.mp4?height=90&duration=1`)).status).to.equal(200);
  });

  /** Over a socket of its own, byte for byte as it is written here. */
  async function send(method: string, path: string) {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
    const whole = await text(socket);
    const [, status = '0'] = /^HTTP\/1\.1 (\d{3}) /.exec(whole) ?? [];
    const [, type = ''] = /"type":"urn:sluice:problem:([a-z-]+)"/.exec(whole) ?? [];
    return { status: Number(status), type, whole };
  }

  it('has written no token, signature or secret into the log of all that', async () => {
    const log = await logUntilNow();
    expect(log).to.include('"path":"/~…/media/video.mp4"');
    expect(log).to.include('the signature differs');
  });

  /** The lines of the requests so far, which hold nothing that opens anything. */
  async function logUntilNow(): Promise<string> {
    const { id } = await ask(`/~${right}/media/nothing.mp4`);
    while (!service.logs.some((line) => line.text.includes(id))) await delay(20);
    const log = service.logs.map((line) => line.text).join('\n');
    for (const secret of [...Object.values(SECRETS), right, right.slice(right.lastIndexOf('.') + 1)]) {
      expect(log.includes(secret)).to.equal(false);
    }
    expect(/\.[ka]\.[\w-]{43}/.test(log)).to.equal(false);
    return log;
  }

  it('leaves /health open', async () => {
    expect((await ask('/health')).status).to.equal(200);
  });

  it('lets none of 2,000 random addresses in, and fails at none', async () => {
    const tally = new Map<number, number>();
    for (const path of randomAddresses(2_000, right)) {
      const { status } = await ask(path);
      if (status < 400 || status > 499)
        throw new Error(`${path.replaceAll(right, 'TOKEN')} is answered with ${status}`);
      tally.set(status, (tally.get(status) ?? 0) + 1);
    }
    console.log(`      ${[...tally].map(([status, count]) => `${count} × ${status}`).join(', ')}`);
    expect(tally.get(403)).to.be.above(500);
    await logUntilNow();
  });

  it('says at its start that it is closed, where neither keys nor PUBLIC are set', async () => {
    const closed = await startService({ MEDIA_DIR: demoDirectory, PUBLIC: '' });
    expect((await ask('/media/video.mp4', 'GET', closed)).type).to.equal('unsigned');
    expect((await ask(`/~${right}/media/video.mp4`, 'GET', closed)).type).to.equal('bad-signature');
    expect((await ask('/health', 'GET', closed)).status).to.equal(200);
    expect(closed.logs.map((line) => line.text).join()).to.match(/Every media address is closed/);
    await closed.close();
  });

  it('does not start with PUBLIC=1 and keys', async () => {
    const torn = await startService({ MEDIA_DIR: demoDirectory, PUBLIC: '1', SIGNING_KEYS: KEYS });
    expect((await ask('/health', 'GET', torn)).status).to.equal(502);
    const log = torn.logs.map((line) => line.text).join();
    expect(log).to.match(/The settings PUBLIC=1 and SIGNING_KEYS exclude each other: set one of them\./);
    expect(log).not.to.include(SECRETS.new);
    await torn.close();
  });

  const STORES: [setting: string, endpoint: string, holding: (text: string) => object][] = [
    ['SIGNING_KEYS_PARAMETER', 'AWS_ENDPOINT_URL_SSM', (Value) => ({ Parameter: { Value } })],
    ['SIGNING_KEYS_SECRET', 'AWS_ENDPOINT_URL_SECRETS_MANAGER', (SecretString) => ({ SecretString })],
  ];
  for (const [setting, endpoint, holding] of STORES) {
    it(`fetches keys by ${setting} once per instance, and again soon after a failure`, async () => {
      const aws: FakeAws = await startFakeAws();
      const stored = await startService(
        {
          MEDIA_DIR: demoDirectory,
          PUBLIC: '0',
          [setting]: 'sluice-keys',
          [endpoint]: aws.url,
          AWS_REGION: 'eu-west-1',
          AWS_ACCESS_KEY_ID: 'id',
          AWS_SECRET_ACCESS_KEY: 'secret',
        },
        { maxInstances: 1 },
      );
      expect((await ask('/media/video.mp4', 'GET', stored)).type).to.equal('unsigned');
      expect(aws.asked).to.deep.equal([]);
      aws.answer = { status: 400, body: { __type: 'AccessDeniedException', message: 'not for you' } };
      const path = `/~${token()}/media/video.mp4`;
      const { status, type, id } = await ask(path, 'GET', stored);
      expect([status, type]).to.deep.equal([503, 'signing-unavailable']);
      const line = () =>
        stored.logs.find(({ text }) => text.includes(id) && text.includes('"request"'))?.text;
      while (line() === undefined) await delay(20);
      expect(line()).to.match(/AccessDeniedException: not for you/);
      aws.answer = { status: 200, body: holding(KEYS) };
      // For two seconds it asks nobody.
      while ((await ask(path, 'GET', stored)).status === 503) await delay(100);
      for (let i = 0; i < 5; i++) expect((await ask(path, 'GET', stored)).status).to.equal(206);
      expect(aws.asked).to.have.length(2);
      // The first part of a secret twice: once, a request's id may contain it by chance.
      expect(stored.logs.map(({ text }) => text).join()).not.to.match(/(n3w\/){2}|(01d0){2}|\.k\./);
      await stored.close();
      await aws.close();
    });
  }
});

/** Near misses of every kind: noise in the token, in the path behind a right token, and in the path alone. */
function* randomAddresses(count: number, right: string): Generator<string> {
  const random = seeded(1);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const NOISE = [
    '',
    'A',
    'b',
    '0',
    '-',
    '.',
    '..',
    '/',
    '//',
    '\\',
    '~',
    '%',
    '%2e',
    '%2f',
    '%00',
    '%c3%a4',
    '%25',
  ];
  const PLACES = [
    '/media/video.mp4',
    '/stream/video.mp4?height=90',
    '/info/video.mp4',
    '/export/video.mp4',
    '/made/video.mp4/aaaaaaaaaaaaaaaaaaaaaa.mp4',
    '/',
    '/media/x.mp4',
    '',
  ];
  const damage = (text: string): string => {
    const at = below(text.length + 1);
    return `${text.slice(0, at)}${pick(NOISE)}${text.slice(at + below(3))}`;
  };
  const wrongTokens = [
    () => damage(right),
    () => damage(damage(right)),
    () => right.split('.').reverse().join('.'),
    () => right.replace(/\d+/, (expires) => String(Number(expires) + 1 + below(1e6))),
    () => sign({ id: 'new', secret: String(random()) }, FILM, inSeconds(60)),
    () => String(random()),
  ];
  for (let sent = 0; sent < count; ) {
    const wrong = pick(wrongTokens)();
    const place = damage(pick(PLACES));
    const path = pick([`/~${wrong}${pick(PLACES)}`, `/~${wrong}${place}`, `/~${right}${place}`, place]);
    if (wrong === right || isRight(path, right) || path === '/health') continue;
    sent += 1;
    yield path;
  }
}

/** Whether the noise left alone what counts: the token, and the key however it is encoded. */
function isRight(path: string, right: string): boolean {
  const [, route = '', rest = ''] = path.startsWith(`/~${right}/`)
    ? (/^\/~[^/]*\/([a-z]+)\/([^?]*)/.exec(path) ?? [])
    : [];
  const [, source = ''] = /^(.*)\/[\w-]{22}\.[a-z0-9]{1,5}$/.exec(rest) ?? [];
  const key = route === 'made' ? source : rest;
  try {
    return decodeURIComponent(key) === 'video.mp4';
  } catch {
    return false;
  }
}
