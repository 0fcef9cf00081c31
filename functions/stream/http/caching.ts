import { isMediaAsk } from '../route/adaptive.ts';
import type { Grant } from '../route/authorise.ts';
import type { Route } from '../route/route.ts';

/** Stored nowhere. */
export const NEVER = 'no-store';
/** Stored and revalidated before each use: a film that was replaced or removed is not shown from a cache. */
const ASK = 'no-cache';
/** The address stands for these bytes or for none. */
const FOREVER = 'max-age=31536000, immutable';

type Row = {
  /** 2xx and 304. */
  readonly answer: string;
  /** To a presigned address, which expires soon. */
  readonly redirect: string;
  /** 4xx and 5xx, all of which may be temporary. */
  readonly problem: string;
};

/** What caches may do with each answer. Without it, browsers would guess (RFC 9111 §4.2.2). */
const CACHING = {
  none: { answer: NEVER, redirect: NEVER, problem: NEVER },
  page: { answer: ASK, redirect: NEVER, problem: NEVER },
  health: { answer: ASK, redirect: NEVER, problem: NEVER },
  description: { answer: ASK, redirect: NEVER, problem: NEVER },
  embed: { answer: ASK, redirect: NEVER, problem: NEVER },
  asset: { answer: FOREVER, redirect: NEVER, problem: NEVER },
  info: { answer: ASK, redirect: NEVER, problem: NEVER },
  media: { answer: ASK, redirect: NEVER, problem: NEVER },
  play: { answer: ASK, redirect: NEVER, problem: NEVER },
  stream: { answer: ASK, redirect: NEVER, problem: NEVER },
  image: { answer: ASK, redirect: NEVER, problem: NEVER },
  waveform: { answer: ASK, redirect: NEVER, problem: NEVER },
  storyboard: { answer: ASK, redirect: NEVER, problem: NEVER },
  subtitles: { answer: ASK, redirect: NEVER, problem: NEVER },
  playlist: { answer: ASK, redirect: NEVER, problem: NEVER },
  segment: { answer: ASK, redirect: NEVER, problem: NEVER },
  versioned: { answer: FOREVER, redirect: NEVER, problem: NEVER },
  key: { answer: NEVER, redirect: NEVER, problem: NEVER },
  export: { answer: NEVER, redirect: NEVER, problem: NEVER },
  upload: { answer: NEVER, redirect: NEVER, problem: NEVER },
  made: { answer: FOREVER, redirect: NEVER, problem: NEVER },
} satisfies Record<string, Row>;

/**
 * Returns Cache-Control of an answer; null for a request that names no address (a preflight, an invalid
 * path). `search` is the query as it was sent.
 */
export function cacheControlOf(
  route: Route | null,
  status: number,
  grant: Grant = { kind: 'open' },
  search = '',
): string {
  const row: Row = CACHING[rowOf(route, search)];
  const control = status >= 400 ? row.problem : isRedirect(status) ? row.redirect : row.answer;
  if (grant.kind === 'open' || status >= 400) return control;
  // What one viewer was allowed to see must not be in a shared cache unless that checks tokens.
  return grant.isShared && control === FOREVER ? control : `${control}, private`;
}

function rowOf(route: Route | null, search: string): keyof typeof CACHING {
  if (route === null) return 'none';
  const isVersioned = LITERAL_VERSION.test(search);
  if (route.kind === 'image' || route.kind === 'storyboard' || route.kind === 'waveform') {
    return isVersioned ? 'versioned' : route.kind;
  }
  if (route.kind !== 'adaptive') return route.kind;
  if (!isMediaAsk(route.ask)) return 'playlist';
  return route.version !== null && isVersioned ? 'versioned' : 'segment';
}

/**
 * Written as `%76=`, it is not part of the key of a cache that only knows the plain name, and all versions
 * would share one entry.
 */
const LITERAL_VERSION = /^\?(?:.*&)?v=/;

function isRedirect(status: number): boolean {
  return status >= 300 && status !== 304;
}
