import { FORMAT_NAMES, isVideoFormat } from '../functions/stream/route/formats.ts';
import { PATHS } from '../packages/client/src/table.ts';
import { plays } from './encryption.ts';
import { kindOf } from './library-tree.ts';

/** The addresses that a player can play; each begins with its name. */
const WAYS = ['media', 'stream', 'hls', 'dash'] as const satisfies readonly (keyof typeof PATHS)[];

export type Way = (typeof WAYS)[number];

/** Returns whether a playlist or manifest is played, which names segments. */
export function isPresentation(way: Way): way is 'hls' | 'dash' {
  return way === 'hls' || way === 'dash';
}

/** What is played, or could be. */
export type Address = {
  readonly way: Way;
  readonly key: string;
  /** The query as it is sent. */
  readonly params: URLSearchParams;
};

/** The root of this service: `/`, or the part that a signature opens (`/~{token}/`). */
export const ROOT = `${/^\/~[^/]+/.exec(location.pathname)?.[0] ?? ''}/`;

/** The token that opens this page; null on a public service. */
export const TOKEN = ROOT === '/' ? null : ROOT.slice(2, -1);

/** Whether the page is that of one film or song, `/console/{key}`. */
export const IS_OF_ONE = location.pathname.slice(ROOT.length).startsWith('console/');

/** Whether the page was opened by a token for the list, which opens nothing of what is listed. */
export const LISTS_ALONE = TOKEN !== null && !IS_OF_ONE;

/** Returns the path of an address of a key, with its query. */
export function pathOf(
  name: keyof typeof PATHS,
  key: string,
  params: URLSearchParams = new URLSearchParams(),
  track = '',
): string {
  const query = params.toString();
  const path = PATHS[name].replace('{track}', track).replace('{key}', () => encoded(key));
  return `${ROOT}${path.slice(1)}${query && `?${query}`}`;
}

const encoded = (key: string) => key.split('/').map(encodeURIComponent).join('/');

export function addressOf({ way, key, params }: Address): string {
  return pathOf(way, key, params);
}

/** Returns null if the text is not an address of this service that a player can play. */
export function parseAddress(text: string): Address | null {
  try {
    const url = new URL(text, location.origin);
    if (url.origin !== location.origin || !url.pathname.startsWith(ROOT)) return null;
    const [way, ...segments] = url.pathname.slice(ROOT.length).split('/');
    const rest = segments.map(decodeURIComponent).join('/');
    if (!isWay(way)) return null;
    const [, ending = ''] = PATHS[way].split('{key}');
    if (!rest.endsWith(ending)) return null;
    const key = rest.slice(0, rest.length - ending.length);
    return key ? { way, key, params: url.searchParams } : null;
  } catch {
    return null;
  }
}

function isWay(word: string | undefined): word is Way {
  return WAYS.some((way) => way === word);
}

/**
 * Returns the address of another file, in the way that a person has chosen; a time or a track of one file means nothing
 * in another.
 */
export function sameAddress(asked: Address | null, key: string): Address {
  const way = asked === null || asked.way === usualWay(asked.key) ? usualWay(key) : asked.way;
  const params = new URLSearchParams(way === asked?.way ? asked.params : undefined);
  for (const name of ['start', 'end', 'duration', 'audio', 'subtitles']) params.delete(name);
  return { way, key, params };
}

/** A song needs no qualities, and most play as they are. */
function usualWay(key: string): Way {
  return kindOf(key) === 'audio' && plays('stream') ? 'stream' : 'hls';
}

/** Returns whether the answer contains audio alone, whatever the file is. */
export function isAudioFormat(params: URLSearchParams): boolean {
  const format = FORMAT_NAMES.find((each) => each === params.get('format'));
  return format !== undefined && !isVideoFormat(format);
}
