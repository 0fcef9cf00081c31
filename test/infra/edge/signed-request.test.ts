import { expect } from 'chai';
import { cachedPaths } from '../../../cli/cached-paths.ts';
import { refuseRewrittenPath } from '../../../functions/stream/base/key.ts';
import { Problem } from '../../../functions/stream/base/problem.ts';
import { authorise, type Grant, splitToken } from '../../../functions/stream/route/authorise.ts';
import { parseRoute } from '../../../functions/stream/route/routes.ts';
import type { EdgeSettings } from '../../../infra/edge/code.ts';
import { type EdgeHeaders, type EdgeRequest, type EdgeResponse, loadEdge } from '../../../testing/edge.ts';
import {
  film,
  forAddress,
  forKey,
  NEW,
  NOW,
  OLD,
  OPEN,
  RESULT,
  token,
  WRONG,
} from '../../../testing/token-vectors.ts';

const STORED = { [NEW.id]: NEW.secret, [OLD.id]: OLD.secret };
const ORIGIN = 'https://app.example';
const at = (seconds: number, stored: Record<string, string> = STORED, more: Partial<EdgeSettings> = {}) =>
  loadEdge(
    'signed-request',
    { isSigned: true, isEncrypted: false, hasTexts: false, allowedOrigins: [ORIGIN], ...more },
    { stored, now: () => seconds * 1000 },
  );
const now = at(NOW);
const withTexts = at(NOW, STORED, { hasTexts: true });

type Verdict =
  | { readonly kind: 'bucket'; readonly path: string }
  /** On to the function, unchanged. */
  | { readonly kind: 'function' }
  /** To the cache, by an address without its token, and from there to the function with it. */
  | { readonly kind: 'cache'; readonly path: string; readonly token: string | undefined }
  | { readonly kind: 'refused'; readonly type: string; readonly response: EdgeResponse };

async function ask(address: string, method = 'GET', edge = now, more: EdgeHeaders = {}): Promise<Verdict> {
  const [uri = '', query] = address.split('?');
  const querystring = Object.fromEntries(
    (query ?? '')
      .split('&')
      .filter((chunk) => chunk !== '')
      .map((chunk) => [chunk.split('=')[0], { value: chunk.split('=')[1] ?? '' }]),
  );
  const request = { method, uri, querystring, headers: { origin: { value: ORIGIN } } };
  const sent = { ...request, headers: { ...request.headers, ...more } };
  const result = edge({ request: sent, context: { requestId: 'edge-1' } });
  const returned = (await result.returned) as EdgeRequest | EdgeResponse;
  if ('statusCode' in returned) {
    expect(result.origin).to.equal(null);
    const { type } = JSON.parse(returned.body ?? '') as { type: string };
    return { kind: 'refused', type: type.replace('urn:sluice:problem:', ''), response: returned };
  }
  if (result.origin === 'bucket') {
    expect(returned.querystring).to.deep.equal({});
    return { kind: 'bucket', path: returned.uri };
  }
  if (returned.uri !== uri) {
    expect([result.origin, returned.querystring]).to.deep.equal([null, querystring]);
    return { kind: 'cache', path: returned.uri, token: returned.headers['sluice-token']?.value };
  }
  expect([result.origin, returned]).to.deep.equal([null, request]);
  return { kind: 'function' };
}

/** Returns what the function says of the same request. */
async function authorised(path: string): Promise<Grant> {
  refuseRewrittenPath(path.split('?')[0] ?? '');
  const address = splitToken(new URL(`https://sluice.example${path}`));
  const keys = async () => [NEW, OLD];
  return authorise(parseRoute(address.url), address, { kind: 'signed', keys }, NOW * 1000);
}

describe('signed-request', () => {
  for (const [path, why] of OPEN) {
    it(`passes ${why}`, async () => expect((await ask(path)).kind).to.not.equal('refused'));
  }

  // The edge cannot tell what these were signed for, or does not see them as they were sent.
  const LEFT_TO_THE_FUNCTION = [
    'the page',
    'an open address, with a token that is not for it',
    'the page, as a key that does not exist',
    'an id that no key has',
  ];
  for (const [path, why] of WRONG) {
    it(`refuses ${why}, or leaves it to the function`, async () => {
      const verdict = await ask(path);
      const mayLeave = LEFT_TO_THE_FUNCTION.includes(why) || path.includes('?');
      if (verdict.kind === 'refused') expect(verdict.type).to.equal('bad-signature');
      else expect([verdict.kind, mayLeave]).to.deep.equal(['function', true]);
    });
  }

  const key = token(forKey('films/a b.mp4'));
  const TABLE: [path: string, verdict: string, method?: string][] = [
    [`/~${key}/media/films/a%20b.mp4`, '/films/a%20b.mp4'],
    [`/~${key}/media/films/a%20b.mp4`, '/films/a%20b.mp4', 'HEAD'],
    [`/~${token(forAddress('/media/a.mp4'))}/media/a.mp4`, '/a.mp4'],
    [`/~${token(forKey('a.mp4'), NOW + 60, OLD)}/media/a.mp4`, '/a.mp4'],
    [`/~${token(forKey('ü.mp4'))}/media/%C3%BC.mp4`, '/%C3%BC.mp4'],
    [`/~${key}/media/films/a%20b.mp4?faststart=1`, 'function'],
    [`/~${key}/media/films/a%20b.mp4?CMCD=su&utm_source=x`, '/films/a%20b.mp4'],
    [`/~${token(forAddress('/media/a.mp4'))}/media/a.mp4?CMCD=bl%3D2100%2Csu`, '/a.mp4'],
    [`/~${token(forAddress('/media/a.mp4'))}/media/b.mp4?CMCD=su`, 'bad-signature'],
    [`/~${token(forAddress('/media/a.mp4'))}/media/a.mp4?CMCD=su&download=1`, 'function'],
    [`/~${token(forAddress('/media/a.mp4'))}/media/a.mp4?downlaod=1`, 'function'],
    [`/~${token(forKey('a.html'))}/media/a.html`, 'function'],
    [`/~${key}/stream/films/a%20b.mp4?height=360`, 'function'],
    [`/~${key}/play/films/a%20b.mp4`, 'function'],
    [`/~${key}/hls/films/a%20b.mp4/master.m3u8`, 'function'],
    [`/~${key}/hls/films/a%20b.mp4/720p/12.m4s?v=x`, 'cache'],
    [`/~${key}/hls/films/a%20b.mp4/720p/12.m4s?v=x`, 'cache', 'HEAD'],
    [`/~${key}/hls/films/a%20b.mp4/copy/iframe-3.m4s?v=x`, 'cache'],
    [`/~${key}/hls/films/a%20b.mp4/240p/iframe-3-9.m4s?v=x`, 'cache'],
    [`/~${key}/dash/films/a%20b.mp4/audio-0/init.mp4?CMCD=su&v=Ab-_9`, 'cache'],
    [`/~${key}/dash/films/a%20b.mp4/audio-0/init.mp4?v=`, 'function'],
    [`/~${key}/hls/films/a%20b.mp4/copy/135-175.m4s?v=x`, 'cache'],
    [`/~${key}/hls/films/a%20b.mp4/copy/clip-init.mp4?v=x`, 'cache'],
    [`/~${key}/hls/films/a%20b.mp4/copy/135-.m4s?v=x`, 'function'],
    [`/~${key}/hls/films/a%20b.mp4/copy/index.m3u8?start=5&end=7`, 'function'],
    [`/~${key}/hls/films/a%20b.mp4/720p/12.m4s?v=%41`, 'function'],
    [`/~${key}/hls/films/a%20b.mp4/720p/12.m4s?v=x&height=9`, 'function'],
    [`/~${key}/hls/films/a%20b.mp4/720p/12.m4s?v=x&heigth=9`, 'function'],
    [`/~${key}/hls/films/a%20b.mp4/720p/12.m4s`, 'function'],
    [`/~${key}/hls/films/a%20b.mp4/master.m3u8?v=x`, 'function'],
    [`/~${key}/image/films/a%20b.mp4?t=5&v=x&utm_source=y`, 'cache'],
    [`/~${key}/image/films/a%20b.mp4?t=5`, 'function'],
    [`/~${key}/image/films/a%20b.mp4?t=5&v=%41`, 'function'],
    [`/~${key}/image/films/a%20b.mp4?%74=5&v=x`, 'function'],
    [`/~${key}/image/films/other.mp4?t=5&v=x`, 'bad-signature'],
    [`/~${key}/waveform/films/a%20b.mp4?format=dat&v=x`, 'cache', 'HEAD'],
    [`/~${key}/storyboard/films/a%20b.mp4/0.jpg?v=x&width=320`, 'cache'],
    [`/~${key}/storyboard/films/a%20b.mp4/index.vtt?v=x`, 'cache'],
    [`/~${key}/storyboard/films/a%20b.mp4/index.vtt?v=x&absolute=1`, 'function'],
    [`/~${key}/storyboard/films/a%20b.mp4/0.jpg`, 'function'],
    [`/~${token(forAddress('/image/a?t=5&v=x'))}/image/a?t=5&v=x`, 'function'],
    [`/~${key}/subtitles/films/a%20b.mp4/track-2.vtt`, 'function'],
    [`/~${key}/stream/films/a%20b.mp4?v=x`, 'function'],
    [`/~${key}/info/films/a%20b.mp4?v=x`, 'function'],
    [`/~${key}/hls/films/other.mp4/720p/12.m4s?v=x`, 'bad-signature'],
    [`/~${token(forKey('films/a b.mp4'), NOW)}/hls/films/a%20b.mp4/720p/12.m4s?v=x`, 'expired'],
    ['/hls/films/a%20b.mp4/720p/12.m4s?v=x', 'unsigned'],
    [`/~${token(forAddress('/hls/a/720p/1.m4s?v=x'))}/hls/a/720p/1.m4s?v=x`, 'function'],
    [`/~${key}/media/films/a%20b.mp4?v=x`, 'function'],
    [`/~${key}/dash/films/a%20b.mp4/manifest.mpd`, 'function'],
    [`/~${key}/dash/films/a%20b.mp4/audio-0/init.mp4`, 'function'],
    [`/~${key}/export/films/a%20b.mp4?height=360`, 'function'],
    [`/~${key}/export/films/other.mp4`, 'bad-signature'],
    [`/~${key}/made/films/a%20b.mp4/${RESULT}`, 'function'],
    [`/~${key}/made/films/other.mp4/${RESULT}`, 'bad-signature'],
    [`/~${key}/made/${RESULT}`, 'function'],
    ['/export/films/a%20b.mp4', 'unsigned'],
    [`/made/films/a%20b.mp4/${RESULT}`, 'unsigned'],
    [`/~${key}/hls/films/other.mp4/master.m3u8`, 'bad-signature'],
    [`/~${key}/dash/films/other.mp4/720p/12.m4s`, 'bad-signature'],
    [`/~${key}/hls/films/a%20b.mp4`, 'function'],
    [`/~${key}/later/films/a%20b.mp4`, 'function'],
    ['/health', 'function'],
    ['/openapi.json', 'function'],
    ['/llms.txt', 'function'],
    ['/llms.txt/films/a.mp4', 'unsigned'],
    ['/assets/hls-AB12.js', 'function'],
    ['/assets/films/a.mp4', 'unsigned'],
    ['/', 'unsigned'],
    ['/media/films/a%20b.mp4', 'unsigned'],
    ['/~/media/a', 'bad-signature'],
    ['/%7E/media/a', 'unsigned'],
    ['/media/films/a%20b.mp4', 'function', 'OPTIONS'],
    ['/hls/a.mp4/master.m3u8', 'unsigned', 'HEAD'],
    [`/~${token(forKey('a.mp4'), NOW)}/media/a.mp4`, 'expired'],
    [`/~${token(forKey('a.mp4'), NOW + 1)}/media/a.mp4`, '/a.mp4'],
  ];
  for (const [path, expected, method] of TABLE) {
    const shown = path.replace(/\.[\w-]{43}/, '…');
    it(`answers ${method ?? 'GET'} ${shown} with ${expected}`, async () => {
      const verdict = await ask(path, method);
      const { kind } = verdict;
      expect(kind === 'bucket' ? verdict.path : kind === 'refused' ? verdict.type : kind).to.equal(expected);
    });
  }

  const TEXTS: [path: string, kind: Verdict['kind'], subject?: ReturnType<typeof forKey>][] = [
    ['/hls/films/a%20b.mp4/master.m3u8', 'cache'],
    ['/hls/films/a%20b.mp4/master.m3u8?start=5&CMCD=su', 'cache'],
    ['/hls/films/a%20b.mp4/master.m3u8?strat=5', 'function'],
    ['/hls/films/a%20b.mp4/master.m3u8?%73tart=5', 'function'],
    ['/hls/films/a%20b.mp4/copy/index.m3u8', 'cache'],
    ['/hls/films/a%20b.mp4/copy/iframes.m3u8', 'cache'],
    ['/hls/films/a%20b.mp4/text-0/subtitles-5000-9000.vtt', 'cache'],
    ['/hls/films/a%20b.mp4/chapters.json', 'cache'],
    ['/hls/films/a%20b.mp4/copy/1.m4s', 'function'],
    ['/dash/films/a%20b.mp4/manifest.mpd', 'cache'],
    ['/subtitles/films/a%20b.mp4/track-2.vtt?start=3', 'cache'],
    ['/storyboard/films/a%20b.mp4/index.json', 'cache'],
    ['/storyboard/films/a%20b.mp4/index.vtt?absolute=1', 'function'],
    ['/image/films/a%20b.mp4', 'function'],
    ['/info/films/a%20b.mp4', 'function'],
    ['/key/films/a%20b.mp4/content.key', 'function'],
    ['/hls/films/other.mp4/master.m3u8', 'refused'],
    // Nobody else has this token, and it opens nothing that the playlist names.
    ['/hls/a/master.m3u8', 'function', forAddress('/hls/a/master.m3u8')],
  ];
  for (const [path, kind, subject] of TEXTS) {
    it(`answers ${path} with ${kind} where playlists are cached`, async () => {
      const address = `/~${token(subject ?? forKey('films/a b.mp4'))}${path}`;
      expect((await ask(address, 'GET', withTexts)).kind).to.equal(kind);
    });
  }

  const SPELLINGS: [asked: string, cached: string][] = [
    ['/image/%66ilms/a%20b.mp4', '/image/films/a%20b.mp4'],
    ['/image/films%2fa%20b.mp4', '/image/films/a%20b.mp4'],
    ['/storyboard/films/%61%20b.mp4/0.jpg', '/storyboard/films/a%20b.mp4/0.jpg'],
    ['/hls/films/a%20%62.mp4/720p/12.m4s', '/hls/films/a%20b.mp4/720p/12.m4s'],
    ['/dash/films%2Fa%20b.mp4/audio-0/init.mp4', '/dash/films/a%20b.mp4/audio-0/init.mp4'],
  ];
  for (const [asked, cached] of SPELLINGS) {
    it(`has ${asked} in the cache under the spelling that a purge knows`, async () => {
      expect(await ask(`/~${key}${asked}?v=x`)).to.deep.equal({ kind: 'cache', path: cached, token: key });
      const spelt = (path: string) => parseRoute(new URL(`https://sluice.example${path}?v=x`));
      expect(spelt(cached)).to.deep.equal(spelt(asked));
      expect(cachedPaths('films/a b.mp4').some((path) => cached.startsWith(path.slice(0, -1)))).to.equal(
        true,
      );
    });
  }

  it('reduces Accept to what an image in the cache depends on', async () => {
    const accept = async (path: string, sent: string) => {
      const [uri = '', query = ''] = path.split('?');
      const querystring = Object.fromEntries(
        [...new URLSearchParams(query)].map(([name, value]) => [name, { value }]),
      );
      const request = {
        method: 'GET',
        uri: `/~${key}${uri}`,
        querystring,
        headers: { accept: { value: sent } },
      };
      return ((await now({ request }).returned) as EdgeRequest).headers.accept?.value;
    };
    const browser = 'text/html,image/avif,image/webp,*/*;q=0.8';
    expect(await accept('/image/films/a%20b.mp4?v=x&format=auto', browser)).to.equal('image/webp');
    expect(await accept('/image/films/a%20b.mp4?v=x', browser)).to.equal('*/*');
    expect(await accept('/image/films/a%20b.mp4?format=auto', browser)).to.equal(browser);
    expect(await accept('/hls/films/a%20b.mp4/copy/1.m4s?v=x', browser)).to.equal(browser);
  });

  it('passes on the token of a request to the cache, and none that a client has sent in a header', async () => {
    const path = '/hls/films/a%20b.mp4/720p/12.m4s?v=x';
    const forged = { 'sluice-token': { value: token(forKey('other.mp4')) } };
    const [bare] = path.split('?');
    expect(await ask(`/~${key}${path}`, 'GET', now, forged)).to.deep.equal({
      kind: 'cache',
      path: bare,
      token: key,
    });
    const others = [`/~${key}/stream/films/a%20b.mp4`, '/health', `/~${key}/hls/films/a%20b.mp4/master.m3u8`];
    for (const other of others) {
      expect(await ask(other, 'GET', now, forged), other).to.deep.equal({ kind: 'function' });
    }
    expect(await ask(path, 'GET', now, forged)).to.include({ kind: 'refused', type: 'unsigned' });
    expect(await ask(path, 'OPTIONS', now, forged)).to.deep.equal({ kind: 'function' });
    // Until the store has the key, only the function can tell, and says that the answer is private.
    expect(await ask(`/~${key}${path}`, 'GET', at(NOW, {}), forged)).to.deep.equal({ kind: 'function' });
  });

  it('refuses as the function does, for the pages that may read it', async () => {
    const refused = await ask('/media/a.mp4');
    if (refused.kind !== 'refused') throw new Error(refused.kind);
    expect(refused.response.statusCode).to.equal(403);
    expect(JSON.parse(refused.response.body ?? '')).to.deep.equal({
      type: 'urn:sluice:problem:unsigned',
      title: 'The address is not signed',
      status: 403,
      detail: 'This address must be signed: /~{token}/… opens it.',
      requestId: 'edge-1',
    });
    expect(refused.response.headers).to.deep.equal({
      'content-type': { value: 'application/problem+json' },
      'cache-control': { value: 'no-store' },
      'x-content-type-options': { value: 'nosniff' },
      'x-request-id': { value: 'edge-1' },
      vary: { value: 'Origin' },
      'access-control-allow-origin': { value: ORIGIN },
    });
  });

  it('leaves everything to the function while the store has no keys', async () => {
    const empty = at(NOW, {});
    for (const path of [`/~${film}/media/films/a%20b.mp4`, `/~${film}/media/other.mp4`]) {
      expect(await ask(path, 'GET', empty)).to.deep.equal({ kind: 'function' });
    }
  });

  it('refuses a signature with any one character changed, and compares it to its end', async () => {
    const right = token(forKey('a.mp4'));
    for (let i = right.lastIndexOf('.') + 1; i < right.length; i++) {
      const wrong = `${right.slice(0, i)}${right[i] === 'A' ? 'B' : 'A'}${right.slice(i + 1)}`;
      expect(await ask(`/~${wrong}/media/a.mp4`)).to.include({ kind: 'refused', type: 'bad-signature' });
    }
  });

  it('never opens what the function refuses, nor refuses what the function opens', async function () {
    this.timeout(60_000);
    const chunks = [
      'a',
      'a.mp4',
      '.',
      '..',
      '/',
      '%2e',
      '%2F',
      '+',
      '%25',
      '%C3%BC',
      '~',
      '?',
      '&v=1',
      '?CMCD=x',
      '&utm_x=1',
      '?height=9',
      '\\',
    ];
    const routes = [
      'media',
      'media',
      'media',
      'media',
      'media',
      'media',
      'media',
      'stream',
      'info',
      'hls',
      'hls',
      'dash',
      'dash',
      'image',
      'storyboard',
      'subtitles',
      'health',
    ];
    const names = [
      '',
      '',
      '.mp4',
      '.mp4',
      '/master.m3u8',
      '/manifest.mpd',
      '/720p/1.m4s',
      '/copy/init.mp4',
      '/copy/init.mp4?v=abc',
      '/720p/1.m4s?v=abc',
      '/index.vtt?v=abc',
      '/index.vtt?absolute=1',
      '?v=abc',
      '/x',
    ];
    let random = 7;
    const pick = <T>(list: readonly T[]): T => {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      return list[(random >>> 8) % list.length] as T;
    };
    const count = { bucket: 0, cache: 0, function: 0, refused: 0 };
    for (let i = 0; i < 20_000; i++) {
      let key = '';
      for (let length = pick([1, 1, 2, 3]); length > 0; length--) key += pick(chunks);
      const path = `/${pick(routes)}/${key}${pick(names)}`;
      const subject = pick(['a', 'a.mp4', 'ü', decoded(key), decoded(key), decoded(key)]);
      const scope = pick([forKey(subject), forKey(subject), forKey(subject), forAddress(path)]);
      const address = `${pick(['', '', '', '', '', '', '/', '/x'])}/~${token(scope, NOW + pick([-1, 60, 60, 60]))}${path}`;
      const verdict = await ask(address, 'GET', withTexts);
      const grant = await authorised(address).catch((error: unknown) => error);
      count[verdict.kind]++;
      const opens = !(grant instanceof Problem);
      if (opens === (verdict.kind === 'refused') && verdict.kind !== 'function') {
        throw new Error(
          `${address}: ${verdict.kind}, the function ${opens ? 'opens it' : `says ${grant.type}`}`,
        );
      }
    }
    console.log(`      ${JSON.stringify(count)}`);
    for (const times of Object.values(count)) expect(times).to.be.above(100);
  });

  it('sends nobody to the bucket where films are sent encrypted alone', async () => {
    const encrypted = at(NOW, STORED, { isEncrypted: true });
    expect(await ask(`/~${key}/media/films/a%20b.mp4`, 'GET', encrypted)).to.deep.equal({ kind: 'function' });
    expect((await ask(`/~${key}/hls/films/a%20b.mp4/copy/1.m4s?v=a`, 'GET', encrypted)).kind).to.equal(
      'cache',
    );
  });
});

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
