import type { ContentKey } from '../plan/content-key.ts';
import type { MediaAsk } from '../route/adaptive.ts';
import { KEY_NAMES, type KeyForm } from '../route/content-key.ts';
import { addressOf } from '../route/route.ts';

/** The lines that tell players of HLS how the segments of a rendition are encrypted. */
export type KeyLines = {
  /** In front of all segments. */
  readonly first: readonly string[];
  /** Before each of them. */
  before(ask: MediaAsk): readonly string[];
};

/**
 * Writes the lines for a rendition of an object (RFC 8216 §4.3.2.4). What is encrypted as a whole has a vector of its
 * own: by default it would be the position in the playlist, which is another one in each clip.
 */
export function keyLines(contentKey: ContentKey, key: string, rendition: string): KeyLines {
  const { scheme } = contentKey;
  switch (scheme) {
    case 'aes-128': {
      const uri = keyAddress(contentKey, key, 'raw', 1);
      const line = (ask: MediaAsk) =>
        `#EXT-X-KEY:METHOD=AES-128,URI="${uri}",IV=0x${hex(contentKey.ivOf(rendition, ask))}`;
      return { first: [], before: (ask) => [line(ask)] };
    }
    default:
      return scheme satisfies never;
  }
}

/** Returns the address of a key, relative to what lies `deep` folders below the object's address. */
export function keyAddress({ version }: ContentKey, key: string, form: KeyForm, deep: number): string {
  const up = '../'.repeat(key.split('/').length + 1 + deep);
  return `${up}${addressOf('key', key).slice(1)}/${KEY_NAMES[form]}?v=${version}`;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
