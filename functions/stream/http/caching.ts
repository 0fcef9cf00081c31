import { isMediaAsk } from '../route/adaptive.ts';
import type { Grant } from '../route/authorise.ts';
import { PARAMETER_NAMES } from '../route/parameters.ts';
import type { Route } from '../route/route.ts';
import { isIndex } from '../route/storyboard.ts';

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
  console: { answer: ASK, redirect: NEVER, problem: NEVER },
  asset: { answer: FOREVER, redirect: NEVER, problem: NEVER },
  info: { answer: ASK, redirect: NEVER, problem: NEVER },
  media: { answer: ASK, redirect: NEVER, problem: NEVER },
  play: { answer: ASK, redirect: NEVER, problem: NEVER },
  stream: { answer: ASK, redirect: NEVER, problem: NEVER },
  image: { answer: ASK, redirect: NEVER, problem: NEVER },
  waveform: { answer: ASK, redirect: NEVER, problem: NEVER },
  storyboard: { answer: ASK, redirect: NEVER, problem: NEVER },
  /** Playlists, manifests, indexes and subtitles: small, asked for by each viewer first, and perhaps shared for a while. */
  text: { answer: ASK, redirect: NEVER, problem: NEVER },
  segment: { answer: ASK, redirect: NEVER, problem: NEVER },
  versioned: { answer: FOREVER, redirect: NEVER, problem: NEVER },
  key: { answer: NEVER, redirect: NEVER, problem: NEVER },
  export: { answer: NEVER, redirect: NEVER, problem: NEVER },
  upload: { answer: NEVER, redirect: NEVER, problem: NEVER },
  made: { answer: FOREVER, redirect: NEVER, problem: NEVER },
} satisfies Record<string, Row>;

export type Asked = {
  readonly grant: Grant;
  /** The query as it was sent. */
  readonly search: string;
  /** For how long CloudFront may answer with a playlist without asking; 0 for not at all. */
  readonly textSeconds: number;
};

const NOTHING_ASKED: Asked = { grant: { kind: 'open' }, search: '', textSeconds: 0 };

/**
 * Returns Cache-Control of an answer; `route` is null for a request that names no address (a preflight, an invalid path).
 */
export function cacheControlOf(
  route: Route | null,
  status: number,
  { grant, search, textSeconds }: Asked = NOTHING_ASKED,
): string {
  const name = rowOf(route, search);
  const row: Row = CACHING[name];
  const control = status >= 400 ? row.problem : isRedirect(status) ? row.redirect : row.answer;
  const mayShare = grant.kind === 'open' || grant.isShared;
  if (name === 'text' && control === ASK && mayShare && textSeconds > 0 && isPlain(search)) {
    // Browsers ask each time, as ever: only what stands at the edge answers by itself.
    return `max-age=0, must-revalidate, s-maxage=${textSeconds}`;
  }
  if (grant.kind === 'open' || status >= 400) return control;
  // What one viewer was allowed to see must not be in a shared cache unless that checks tokens.
  return grant.isShared && control === FOREVER ? control : `${control}, private`;
}

function rowOf(route: Route | null, search: string): keyof typeof CACHING {
  if (route === null) return 'none';
  const isVersioned = LITERAL_VERSION.test(search) && isPlain(search);
  if (route.kind === 'image' || route.kind === 'waveform') return isVersioned ? 'versioned' : route.kind;
  if (route.kind === 'storyboard') return isVersioned ? 'versioned' : storyboardRow(route);
  if (route.kind === 'subtitles') return 'text';
  if (route.kind !== 'adaptive') return route.kind;
  if (!isMediaAsk(route.ask)) return 'text';
  return route.version !== null && isVersioned ? 'versioned' : 'segment';
}

function storyboardRow({ ask, parameters }: Route & { readonly kind: 'storyboard' }): 'storyboard' | 'text' {
  const isText = isIndex(ask) || ask.kind === 'playlist' || ask.kind === 'iframes';
  // Absolute addresses have the token of whoever asks in them.
  return isText && !parameters.isAbsolute ? 'text' : 'storyboard';
}

const LITERAL_VERSION = /^\?(?:.*&)?v=/;

/**
 * Returns whether each parameter of Sluice is spelt by its plain name, which alone is part of the key of a cache: with
 * `%76=` for `v=`, all versions would share one entry.
 */
function isPlain(search: string): boolean {
  return search
    .slice(1)
    .split('&')
    .every((chunk) => {
      const [sent = ''] = chunk.split('=', 1);
      const [[name] = ['']] = new URLSearchParams(sent);
      return name === sent || !PARAMETER_NAMES.includes(name);
    });
}

function isRedirect(status: number): boolean {
  return status >= 300 && status !== 304;
}
