import type { ContentKey } from '../plan/content-key.ts';
import type { MediaAsk } from '../route/adaptive.ts';
import { addressOf } from '../route/address-of.ts';
import { KEY_NAMES, type KeyForm } from '../route/content-key.ts';

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
      const uri = keyAddress(contentKey, key);
      const line = (ask: MediaAsk) =>
        `#EXT-X-KEY:METHOD=AES-128,URI="${uri}",IV=0x${hex(contentKey.ivOf(rendition, ask))}`;
      return { first: [], before: (ask) => [line(ask)] };
    }
    case 'cbcs': {
      const uri = keyAddress(contentKey, key);
      const line = `#EXT-X-KEY:METHOD=SAMPLE-AES,URI="${uri}",KEYFORMAT="identity",KEYFORMATVERSIONS="1"`;
      return { first: [line], before: () => [] };
    }
    default:
      return scheme satisfies never;
  }
}

/** Returns the address of a key, relative to the playlist of a rendition. */
function keyAddress(contentKey: ContentKey, key: string): string {
  return '../'.repeat(key.split('/').length + 2) + rootless(contentKey, key, 'raw');
}

/** Returns the address of a license, from the root on. */
export function licenseAddress(contentKey: ContentKey, key: string): string {
  return `/${rootless(contentKey, key, 'license')}`;
}

function rootless({ version }: ContentKey, key: string, form: KeyForm): string {
  return `${addressOf('key', key).slice(1)}/${KEY_NAMES[form]}?v=${version}`;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
