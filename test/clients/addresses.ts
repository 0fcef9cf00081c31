import type { Film } from './films.ts';

/** How a client reads what an address names. */
export type Kind = 'progressive' | 'hls' | 'dash';

/** Services that answer: nothing cached, everything cached, and signed addresses alone. */
export type Over = 'plain' | 'caching' | 'closed';

export type Address = {
  readonly name: string;
  readonly over: Over;
  /** Of several, a client takes the first that it reads. */
  readonly kinds: readonly Kind[];
  /** The rendition that is played, where there is a choice. */
  readonly rendition: 'copy' | 'encoded' | null;
  /** It has ranges, or segments. */
  readonly seeks: boolean;
  /** Why there is none for a film; null where there is. */
  without(film: Film): string | null;
};

const always = () => null;
const NOT_ONE = 'none';

/** Path and query behind the service's own part. */
export function pathOf(address: Address, kind: Kind, { key, stream }: Film): string {
  switch (kind) {
    case 'hls':
      return `/hls/${key}/master.m3u8`;
    case 'dash':
      return `/dash/${key}/manifest.mpd`;
    case 'progressive':
      if (address.name.startsWith('stream')) return `/stream/${key}${stream.query}`;
      return `/media/${key}${address.name === 'faststart' ? '?faststart=1' : ''}`;
    default:
      return kind satisfies never;
  }
}

export const ADDRESSES = [
  { name: 'media', over: 'plain', kinds: ['progressive'], rendition: null, seeks: true, without: always },
  {
    name: 'stream made',
    over: 'plain',
    kinds: ['progressive'],
    rendition: null,
    seeks: false,
    without: always,
  },
  {
    name: 'stream cached',
    over: 'caching',
    kinds: ['progressive'],
    rendition: null,
    seeks: true,
    without: always,
  },
  {
    name: 'hls copy',
    over: 'caching',
    kinds: ['hls'],
    rendition: 'copy',
    seeks: true,
    // FLAC is encoded.
    without: ({ height }) => (height === null ? NOT_ONE : null),
  },
  {
    name: 'hls encoded',
    over: 'caching',
    kinds: ['hls'],
    rendition: 'encoded',
    seeks: true,
    // A film of fewer lines than the lowest rendition has its copy alone.
    without: ({ height }) => (height !== null && height <= 240 ? NOT_ONE : null),
  },
  { name: 'dash', over: 'caching', kinds: ['dash'], rendition: 'encoded', seeks: true, without: always },
  {
    name: 'faststart',
    over: 'plain',
    kinds: ['progressive'],
    rendition: null,
    seeks: true,
    without: ({ key }) => (key.endsWith('.mp4') ? null : NOT_ONE),
  },
  {
    name: 'signed',
    over: 'closed',
    kinds: ['hls', 'dash', 'progressive'],
    rendition: 'copy',
    seeks: true,
    without: always,
  },
] as const satisfies readonly Address[];
