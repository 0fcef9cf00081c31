import { randomBytes } from 'node:crypto';

/** One request as the fake service sees it. */
export type Ask = {
  readonly method: string;
  /** The target as it was sent, token and query included. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** From 1. */
  readonly ordinal: number;
  /** Other requests that are being answered. */
  readonly beside: number;
  /** How many viewers have cut their connection so far. */
  readonly viewersLeft: number;
};

/** The answer: a head, the body in chunks with a pause before each, and how the answer ends. */
export type Reply = {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly chunks: readonly Buffer[];
  readonly pauseMilliseconds: number;
  /** `held`: neither the answer nor its connection ends. `broken`: the connection breaks. */
  readonly end: 'proper' | 'held' | 'broken';
};

export type Answers = (ask: Ask) => Reply;

export const KEY = 'films/film one.mp4';
export const TOKEN = 'v1.Zm9vYmFy.c2lnbmF0dXJl';
export const ORIGIN = 'https://app.example';
export const SIZE_BYTES = 9_000_000;
/** The part of a film in a transcode, in seconds. */
export const PART_SECONDS = 6;
const ETAG = '"version-1"';
const LARGE_KEY = 'films/large.mp4';

/** Answers as a deployed service should, as far as that is visible from outside. */
export function correctAnswers(transcode: readonly Buffer[], store: string): Answers {
  const film = randomBytes(SIZE_BYTES);
  return (ask) => withCors(ask, answer(ask));

  function answer(ask: Ask): Reply {
    const { pathname, searchParams } = new URL(ask.target, 'http://fake');
    if (pathname === '/store') return reply(206, [], film.subarray(0, 2));
    const [, token, path = ''] = /^\/~([^/]+)(\/.*)$/.exec(pathname) ?? [];
    if (token !== TOKEN) return problem(ask, 403, 'forbidden');
    if (ask.method === 'OPTIONS') return optionsReply();
    if (path === '/health') return json({ status: 'ok', version: '1.0.0', ffmpeg: '7.1' });
    if (path === '/') return json({ media: [media(KEY, SIZE_BYTES), media(LARGE_KEY, 300_000_000)] });
    const [, route, encoded = ''] = /^\/(media|stream|info)\/(.*)$/.exec(path) ?? [];
    const key = decode(encoded);
    if (key === null) return problem(ask, 400, 'bad-address');
    if (key === LARGE_KEY) return reply(307, [['location', store]]);
    if (key !== KEY) return problem(ask, 404, 'not-found');
    if (searchParams.has('downlaod')) return problem(ask, 400, 'bad-parameter', 'Is "download" meant?');
    if (searchParams.getAll('download').length > 1) return problem(ask, 400, 'bad-parameter', 'Given twice.');
    if (route === 'info') return infoReply();
    if (route === 'media') return mediaReply(ask, film);
    const plan = ['sluice-plan', 'transcode; format=mp4'] as const;
    return { ...reply(200, [['content-type', 'video/mp4'], plan]), chunks: transcode, pauseMilliseconds: 25 };
  }
}

export function json(value: unknown, status = 200): Reply {
  return reply(status, [['content-type', 'application/json']], Buffer.from(JSON.stringify(value)));
}

export function problem(ask: Ask, status: number, type: string, detail = 'A sentence.'): Reply {
  const requestId = idOf(ask);
  const body = { type: `urn:sluice:problem:${type}`, status, detail, requestId };
  return { ...json(body, status), headers: [['content-type', 'application/problem+json']] };
}

export function reply(status: number, headers: Reply['headers'], body: Buffer = Buffer.alloc(0)): Reply {
  return { status, headers, chunks: [body], pauseMilliseconds: 0, end: 'proper' };
}

export const idOf = ({ ordinal }: Ask) => `request-${ordinal}`;

const media = (key: string, sizeBytes: number) => ({ key, sizeBytes });

function infoReply(): Reply {
  const tracks = [{ kind: 'video', isCoverArt: false }];
  return json({ key: KEY, sizeBytes: SIZE_BYTES, media: { durationSeconds: PART_SECONDS + 2, tracks } });
}

function withCors({ headers: { origin } }: Ask, right: Reply): Reply {
  if (origin !== ORIGIN) return right;
  const exposed = ['access-control-expose-headers', 'Content-Range, ETag'] as const;
  return { ...right, headers: [...right.headers, ['access-control-allow-origin', origin], exposed] };
}

function optionsReply(): Reply {
  return reply(204, [
    ['access-control-allow-methods', 'GET, HEAD, OPTIONS'],
    ['access-control-allow-headers', 'Range, If-Match'],
  ]);
}

function mediaReply(ask: Ask, film: Buffer): Reply {
  const { range, 'if-range': ifRange = ETAG, 'if-none-match': ifNoneMatch } = ask.headers;
  const headers = [['content-type', 'video/mp4'] as const, ['etag', ETAG] as const];
  const length = (bytes: number) => ['x-amzn-remapped-content-length', String(bytes)] as const;
  if (ask.method === 'HEAD') return reply(200, [...headers, length(film.length)]);
  if (ifNoneMatch === ETAG) return reply(304, headers);
  if (range === undefined || ifRange !== ETAG) return reply(200, headers, film);
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  const start = from === '' ? film.length - Number(to) : Number(from);
  const end = from === '' || to === '' ? film.length : Math.min(Number(to) + 1, film.length);
  if (start >= film.length) {
    const refusal = problem(ask, 416, 'range-not-satisfiable');
    return { ...refusal, headers: [...refusal.headers, ['content-range', `bytes */${film.length}`]] };
  }
  const contentRange = ['content-range', `bytes ${start}-${end - 1}/${film.length}`] as const;
  return reply(206, [...headers, contentRange, length(end - start)], film.subarray(start, end));
}

function decode(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
