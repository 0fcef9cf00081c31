import { type AskOptions, type Exchange, exchange, headerOf, jsonOf } from './exchange.ts';
import type { SmokeOptions } from './options.ts';
import { type Transcodes, transcodeSeveral } from './transcodes.ts';

/** A service, the media that is requested of it, and what it reported at the beginning. */
export type Session = {
  readonly options: SmokeOptions;
  readonly key: string;
  /** The path of the object's own bytes, below the service's prefix. */
  readonly mediaPath: string;
  readonly streamPath: string;
  readonly infoPath: string;
  /** As `Content-Range` and `ETag` of its first two bytes say; null without them. */
  readonly sizeBytes: number | null;
  readonly etag: string | null;
  /** Empty if the service lists nothing. */
  readonly listed: readonly Listed[];
  /** The very first request, which may have met a cold start. */
  readonly first: Exchange;
  readonly health: Exchange;
  /** Sends a request with the token, if there is one. */
  ask(path: string, options?: AskOptions): Promise<Exchange>;
  /** Sends a request with another token, or with none. */
  askWith(token: string | null, path: string, options?: AskOptions): Promise<Exchange>;
  /** Produced on first use: several checks read them. */
  transcodes(): Promise<Transcodes>;
};

export type Listed = { readonly key: string; readonly sizeBytes: number };

/** Thrown if an option is missing. */
export class UsageError extends Error {}

/** Connects to the service and finds media to request. Throws an Error with one sentence if that fails. */
export async function openSession(options: SmokeOptions): Promise<Session> {
  const { service, timeoutSeconds } = options;
  const askWith: Session['askWith'] = (token, path, more = {}) => {
    const before = token === null ? service.prefix : `${service.prefix}/~${token}`;
    return exchange(service.origin, `${before}${path}`, {
      timeoutMilliseconds: timeoutSeconds * 1000,
      ...more,
    });
  };
  const ask: Session['ask'] = (path, more) => askWith(service.token, path, more);

  const first = await ask('/health');
  if (first.status === null) {
    const reason = first.failure ?? `nothing came within ${timeoutSeconds} seconds`;
    throw new Error(`${service.origin} does not answer: ${reason}.`);
  }
  // A token may be for media only.
  const isRefused = first.status === 403 && service.token !== null;
  const health = isRefused ? await askWith(null, '/health') : first;
  const list = await ask('/', { headers: { accept: 'application/json' } });
  const listed = readList(list);
  const key = options.key ?? listed[0]?.key;
  if (key === undefined && list.status === 403 && service.token === null) {
    throw new UsageError('The service answers 403: name the token of a signed address with --token.');
  }
  if (key === undefined) {
    throw new UsageError('The service lists no media (setting PLAYER_PAGE): name one with --key.');
  }
  const mediaPath = mediaPathOf(key);
  const probe = await ask(mediaPath, { headers: { range: 'bytes=0-1' } });
  const [, total] = /^bytes 0-1\/(\d+)$/.exec(headerOf(probe, 'content-range') ?? '') ?? [];
  let transcodes: Promise<Transcodes> | undefined;
  const session: Session = {
    options,
    key,
    mediaPath,
    streamPath: mediaPath.replace('/media/', '/stream/'),
    infoPath: mediaPath.replace('/media/', '/info/'),
    sizeBytes: total === undefined ? null : Number(total),
    etag: headerOf(probe, 'etag'),
    listed,
    first,
    health,
    ask,
    askWith,
    transcodes: () => {
      transcodes ??= transcodeSeveral(session);
      return transcodes;
    },
  };
  return session;
}

/** Returns the address of an object's own bytes, below the service's prefix. */
export function mediaPathOf(key: string): string {
  return `/media/${key.split('/').map(encodeURIComponent).join('/')}`;
}

function readList(answer: Exchange): readonly Listed[] {
  const { media } = jsonOf(answer);
  return answer.status === 200 && Array.isArray(media) ? media.filter(isListed) : [];
}

function isListed(entry: unknown): entry is Listed {
  if (typeof entry !== 'object' || entry === null) return false;
  return (
    'key' in entry &&
    typeof entry.key === 'string' &&
    'sizeBytes' in entry &&
    typeof entry.sizeBytes === 'number'
  );
}
