import { FORMAT_NAMES, isVideoFormat } from '../functions/stream/route/formats.ts';

/** The routes that a player can play, and what follows the key in their addresses. */
const ENDINGS = {
  media: '',
  stream: '',
  hls: '/master.m3u8',
  dash: '/manifest.mpd',
} as const;

export type Way = keyof typeof ENDINGS;

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
export const ROOT = new URL('.', location.href).pathname;

/** Returns the path of a key below a route, with what follows it there and its query. */
export function pathOf(
  way: Way | 'play' | 'info' | 'export' | 'storyboard' | 'waveform' | 'subtitles' | 'upload',
  key: string,
  params: URLSearchParams,
): string {
  const query = params.toString();
  const ending = isWay(way) ? ENDINGS[way] : '';
  return `${ROOT}${way}/${key.split('/').map(encodeURIComponent).join('/')}${ending}${query && `?${query}`}`;
}

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
    if (!isWay(way) || !rest.endsWith(ENDINGS[way])) return null;
    const key = rest.slice(0, rest.length - ENDINGS[way].length);
    return key ? { way, key, params: url.searchParams } : null;
  } catch {
    return null;
  }
}

function isWay(word: string | undefined): word is Way {
  return word !== undefined && Object.hasOwn(ENDINGS, word);
}

/**
 * Returns the address of another file on the same route; a time or a track of one file means nothing in
 * another.
 */
export function sameAddress(asked: Address | null, key: string): Address {
  const params = new URLSearchParams(asked?.params);
  for (const name of ['start', 'end', 'duration', 'audio', 'subtitles']) params.delete(name);
  return { way: asked?.way ?? 'stream', key, params };
}

/** Returns whether the answer contains audio alone, whatever the file is. */
export function isAudioFormat(params: URLSearchParams): boolean {
  const format = FORMAT_NAMES.find((each) => each === params.get('format'));
  return format !== undefined && !isVideoFormat(format);
}
