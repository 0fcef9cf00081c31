import { Problem } from '../http/problem.ts';
import { type AdaptiveAsk, isMediaAsk, parseAdaptive } from './adaptive.ts';
import {
  isForeign,
  type MediaParameters,
  type ParameterRoom,
  parseParameters,
  type StreamParameters,
} from './parameters.ts';

/** What an address asks for, before anything is known of the object behind it. */
export type Route =
  | {
      readonly kind: 'page';
      /** Behind which key the list of media goes on; empty for its beginning. */
      readonly after: string;
    }
  | { readonly kind: 'health' }
  | { readonly kind: 'media'; readonly key: string; readonly parameters: MediaParameters }
  | { readonly kind: 'stream'; readonly key: string; readonly parameters: StreamParameters }
  | { readonly kind: 'info'; readonly key: string }
  | { readonly kind: 'export'; readonly key: string; readonly parameters: StreamParameters }
  /** What an export has made. */
  | {
      readonly kind: 'made';
      readonly key: string;
      readonly id: string;
      /** Without its dot. */
      readonly extension: string;
      readonly download: boolean;
    }
  | {
      readonly kind: 'adaptive';
      readonly key: string;
      readonly ask: AdaptiveAsk;
      /** What the playlist said that the address stands for; null without a word. */
      readonly version: string | null;
    };

/**
 * Reads an address. Throws `bad-address` for a path that is not well formed, `bad-parameter` for a parameter that is
 * misspelt or out of range, `not-found` for an address that does not exist.
 */
export function parseRoute(url: URL): Route {
  const [, room = '', rest] = /^\/([^/]*)(?:\/(.*))?$/s.exec(url.pathname) ?? [];
  const at = `${room}${rest === undefined ? '' : '/'}`;
  switch (at) {
    case '':
      return { kind: 'page', ...parseParameters('page', url.searchParams) };
    case 'health':
      parseParameters('health', url.searchParams);
      return { kind: 'health' };
    case 'media/': {
      const key = parseKey(rest ?? '');
      return { kind: 'media', key, parameters: parseParameters('media', url.searchParams) };
    }
    case 'stream/': {
      const key = parseKey(rest ?? '');
      return { kind: 'stream', key, parameters: parseParameters('stream', url.searchParams) };
    }
    case 'info/': {
      const key = parseKey(rest ?? '');
      parseParameters('info', url.searchParams);
      return { kind: 'info', key };
    }
    case 'export/': {
      const key = parseKey(rest ?? '');
      return { kind: 'export', key, parameters: parseParameters('stream', url.searchParams) };
    }
    case 'made/':
      return parseMade(rest ?? '', url.searchParams);
    case 'hls/':
    case 'dash/': {
      const { encodedKey, ask } = parseAdaptive(at === 'hls/' ? 'hls' : 'dash', rest ?? '');
      const key = parseKey(encodedKey);
      if (isMediaAsk(ask)) {
        return { kind: 'adaptive', key, ask, version: parseParameters('segment', url.searchParams).version };
      }
      parseParameters('playlist', url.searchParams);
      return { kind: 'adaptive', key, ask, version: null };
    }
    default:
      throw new Problem(
        'not-found',
        'There is nothing at this address; try /media/{key}, /stream/{key}, /hls/{key}/master.m3u8, ' +
          '/dash/{key}/manifest.mpd, /export/{key} or /info/{key}.',
      );
  }
}

/** Path and query as a signature of one address covers them: as they were sent, but for what is not Sluice's own. */
export function signedAddress(route: Route, { pathname, search }: URL): string {
  const room = parameterRoomOf(route);
  const pieces = search.slice(1).split('&');
  const own = pieces
    .filter((piece) => [...new URLSearchParams(`?${piece}`).keys()].every((name) => !isForeign(room, name)))
    .join('&');
  return own === '' ? pathname : `${pathname}?${own}`;
}

function parameterRoomOf(route: Route): ParameterRoom {
  switch (route.kind) {
    case 'export':
      return 'stream';
    case 'adaptive':
      return isMediaAsk(route.ask) ? 'segment' : 'playlist';
    default:
      return route.kind;
  }
}

/** Read from the right, since a key may hold slashes. */
function parseMade(rest: string, query: URLSearchParams): Route {
  const [, encodedKey, id, extension] = /^(.*)\/([\w-]{22})\.([a-z0-9]{1,5})$/s.exec(rest) ?? [];
  if (encodedKey === undefined || id === undefined || extension === undefined) {
    throw new Problem(
      'not-found',
      'There is nothing at this address; /export/{key} tells where its result is.',
    );
  }
  const key = parseKey(encodedKey);
  return { kind: 'made', key, id, extension, ...parseParameters('made', query) };
}

/** The address of a key below a room, each segment encoded: the inverse of `parseRoute`. */
export function addressOf(
  room: 'media' | 'stream' | 'info' | 'export' | 'made' | 'hls' | 'dash',
  key: string,
): string {
  return `/${room}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

/** Whether `addressOf` can name a key: S3 holds some that no address opens, since others would read them in another way. */
export function isAddressable(key: string): boolean {
  try {
    const path = addressOf('media', key);
    refuseRewrittenPath(path);
    const route = parseRoute(new URL(path, 'https://localhost'));
    return route.kind === 'media' && route.key === key;
  } catch {
    return false;
  }
}

/**
 * Refuses a raw path that a URL parser would quietly rewrite (dot segments, backslashes), so that what was checked is
 * what is read.
 */
export function refuseRewrittenPath(rawPath: string): void {
  const decoded = rawPath.replace(/%2e/gi, '.').replace(/%5c/gi, '\\').replace(/%2f/gi, '/');
  if (decoded.includes('\\') || decoded.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw new Problem('bad-address', 'The path must not contain backslashes or the segments "." and "..".');
  }
}

const MAX_KEY_BYTES = 1024;

function parseKey(encoded: string): string {
  let key: string;
  try {
    key = decodeURIComponent(encoded);
  } catch (cause) {
    throw new Problem('bad-address', 'The path is not valid percent-encoded UTF-8.', { cause });
  }
  if (key === '') throw new Problem('not-found', 'The address names no object.');
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new Problem('bad-address', `A key has at most ${MAX_KEY_BYTES} bytes.`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(key)) {
    throw new Problem('bad-address', 'A key must not contain control characters.');
  }
  refuseRewrittenPath(key);
  return key;
}
