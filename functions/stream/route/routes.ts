import { parseKey } from '../base/key.ts';
import { Problem } from '../base/problem.ts';
import { isMediaAsk, parseAdaptive } from './adaptive.ts';
import { parseContentKey } from './content-key.ts';
import { parseParameters } from './parameters.ts';
import type { Route } from './route.ts';
import { isIndex, parseStoryboard } from './storyboard.ts';

/** The methods of every address. */
export const READING: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

type RouteEntry = {
  /** What follows `/{word}`. */
  readonly shape: 'nothing' | 'name' | 'key';
  /** What it answers beside `READING`. The function only reads: the local service does it (local/upload.ts). */
  readonly writing?: readonly ['POST'];
  /**
   * What follows the key in the first address of `sluice sign --route`; null if a key alone does not lead
   * there.
   */
  readonly entry: string | null;
  /** Parses what follows `/{word}/`, as it was sent. */
  readonly parse: (rest: string, query: URLSearchParams) => Route;
};

/** Every route, by the first word of its path. */
export const ROUTES = {
  '': {
    shape: 'nothing',
    entry: null,
    parse: (_, query) => ({ kind: 'page', ...parseParameters('page', query) }),
  },
  health: {
    shape: 'nothing',
    entry: null,
    parse: (_, query) => {
      parseParameters('health', query);
      return { kind: 'health' };
    },
  },
  'openapi.json': {
    shape: 'nothing',
    entry: null,
    parse: (_, query) => parseDescription('openapi', query),
  },
  'llms.txt': { shape: 'nothing', entry: null, parse: (_, query) => parseDescription('llms', query) },
  assets: {
    shape: 'name',
    entry: null,
    parse: (name, query) => {
      parseParameters('asset', query);
      return { kind: 'asset', name };
    },
  },
  media: {
    shape: 'key',
    entry: '',
    parse: (rest, query) => ({
      kind: 'media',
      key: parseKey(rest),
      parameters: parseParameters('media', query),
    }),
  },
  stream: {
    shape: 'key',
    entry: '',
    parse: (rest, query) => ({
      kind: 'stream',
      key: parseKey(rest),
      parameters: parseParameters('stream', query),
    }),
  },
  play: {
    shape: 'key',
    entry: '',
    parse: (rest, query) => parseKeyAlone('play', rest, query),
  },
  embed: { shape: 'key', entry: '', parse: (rest, query) => parseKeyAlone('embed', rest, query) },
  console: { shape: 'key', entry: '', parse: (rest, query) => parseKeyAlone('console', rest, query) },
  image: {
    shape: 'key',
    entry: '',
    parse: (rest, query) => ({
      kind: 'image',
      key: parseKey(rest),
      parameters: parseParameters('image', query),
    }),
  },
  waveform: {
    shape: 'key',
    entry: '',
    parse: (rest, query) => ({
      kind: 'waveform',
      key: parseKey(rest),
      parameters: parseParameters('waveform', query),
    }),
  },
  storyboard: {
    shape: 'key',
    entry: '/index.vtt',
    parse: (rest, query) => {
      const { key, ask } = parseStoryboard(rest);
      const parameters = parseParameters(isIndex(ask) ? 'storyboard' : 'sheet', query);
      return { kind: 'storyboard', key, ask, parameters };
    },
  },
  hls: { shape: 'key', entry: '/master.m3u8', parse: (rest, query) => parsePresentation('hls', rest, query) },
  dash: {
    shape: 'key',
    entry: '/manifest.mpd',
    parse: (rest, query) => parsePresentation('dash', rest, query),
  },
  export: {
    shape: 'key',
    entry: '',
    parse: (rest, query) => ({
      kind: 'export',
      key: parseKey(rest),
      parameters: parseParameters('stream', query),
    }),
  },
  key: {
    shape: 'key',
    entry: null,
    parse: (rest, query) => {
      const { encodedKey, form } = parseContentKey(rest);
      return { kind: 'key', key: parseKey(encodedKey), form, ...parseParameters('key', query) };
    },
  },
  made: { shape: 'key', entry: null, parse: parseResult },
  subtitles: { shape: 'key', entry: null, parse: parseSubtitles },
  upload: {
    shape: 'key',
    writing: ['POST'],
    // A token for a key opens what there is of it.
    entry: null,
    parse: (rest, query) => parseKeyAlone('upload', rest, query),
  },
  info: {
    shape: 'key',
    entry: '',
    parse: (rest, query) => parseKeyAlone('info', rest, query),
  },
} as const satisfies Record<string, RouteEntry>;

type Routes = typeof ROUTES;
/** The first word of an address that names a key. */
export type KeyedWord = {
  [Word in keyof Routes]: Routes[Word]['shape'] extends 'key' ? Word : never;
}[keyof Routes];
/** The word of a route that a key alone leads to. */
export type EntryWord = {
  [Word in keyof Routes]: Routes[Word]['entry'] extends string ? Word : never;
}[keyof Routes];
export const ENTRY_WORDS = (Object.keys(ROUTES) as (keyof Routes)[]).filter(
  (word): word is EntryWord => ROUTES[word].entry !== null,
);

/**
 * Parses an address. Throws `bad-address` for a malformed path, `bad-parameter` for a parameter that is
 * misspelt or out of range, `not-found` for an address that does not exist.
 */
export function parseRoute(url: URL): Route {
  const [, word = '', rest] = /^\/([^/]*)(?:\/(.*))?$/s.exec(url.pathname) ?? [];
  const entry = entryOf(word);
  const isShaped = entry?.shape === 'nothing' ? rest === undefined : rest !== undefined;
  if (entry !== undefined && isShaped) return entry.parse(rest ?? '', url.searchParams);
  const tried = ENTRY_WORDS.map((each) => `/${each}/{key}${ROUTES[each].entry}`);
  throw new Problem(
    'not-found',
    `There is nothing at this address; try ${tried.slice(0, -1).join(', ')} or ${tried.at(-1)}.`,
  );
}

/** Returns the route of a first word. */
export function entryOf(word: string): RouteEntry | undefined {
  return Object.hasOwn(ROUTES, word) ? ROUTES[word as keyof Routes] : undefined;
}

function parseDescription(form: 'openapi' | 'llms', query: URLSearchParams): Route {
  parseParameters('description', query);
  return { kind: 'description', form };
}

function parseKeyAlone(
  kind: 'play' | 'info' | 'embed' | 'console' | 'upload',
  rest: string,
  query: URLSearchParams,
): Route {
  const key = parseKey(rest);
  parseParameters(kind, query);
  return { kind, key };
}

function parsePresentation(protocol: 'hls' | 'dash', rest: string, query: URLSearchParams): Route {
  const { encodedKey, ask } = parseAdaptive(protocol, rest);
  const key = parseKey(encodedKey);
  if (isMediaAsk(ask)) {
    return { kind: 'adaptive', key, ask, version: parseParameters('segment', query).version };
  }
  if (ask.kind === 'text') {
    parseParameters('bare', query);
    return { kind: 'adaptive', key, ask, version: null };
  }
  if (ask.kind === 'master' || ask.kind === 'manifest') {
    const choice = parseParameters('manifest', query);
    return { kind: 'adaptive', key, ask: choice === null ? ask : { ...ask, choice }, version: null };
  }
  const clip = parseParameters('playlist', query);
  return { kind: 'adaptive', key, ask: clip === null ? ask : { ...ask, clip }, version: null };
}

/** Read from the right, since a key may contain slashes. */
function parseResult(rest: string, query: URLSearchParams): Route {
  const [, encodedKey, id, extension] = /^(.*)\/([\w-]{22})\.([a-z0-9]{1,5})$/s.exec(rest) ?? [];
  if (encodedKey === undefined || id === undefined || extension === undefined) {
    throw new Problem(
      'not-found',
      'There is nothing at this address; /export/{key} reports where its result is.',
    );
  }
  const key = parseKey(encodedKey);
  return { kind: 'made', key, id, extension, ...parseParameters('made', query) };
}

/** Read from the right, since a key may contain slashes. */
function parseSubtitles(rest: string, query: URLSearchParams): Route {
  const [, encodedKey, id] = /^(.*)\/([a-z0-9][a-z0-9-]{0,31})\.vtt$/s.exec(rest) ?? [];
  if (encodedKey === undefined || id === undefined) {
    throw new Problem(
      'not-found',
      'There is nothing at this address; try /subtitles/{key}/{track}.vtt with a track that /info/{key} lists.',
    );
  }
  const key = parseKey(encodedKey);
  return { kind: 'subtitles', key, id, parameters: parseParameters('subtitles', query) };
}
