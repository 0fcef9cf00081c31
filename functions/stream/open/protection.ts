import type { Readable } from 'node:stream';
import type { ObjectContext } from '../http/original.ts';
import type { Protect, Representation } from '../http/representation.ts';
import type { ContentKey } from '../plan/content-key.ts';
import type { Rendition } from '../plan/presentation.ts';
import { hashOf } from '../plan/tag.ts';
import type { MediaAsk } from '../route/adaptive.ts';
import { encryptedFile } from './encrypted-file.ts';
import { protectedInit, protectedSegment } from './protected-samples.ts';

/**
 * Returns what encrypts an output after it was read or produced: what is cached is clear, for all keys. `openInit` opens
 * the clear init segment.
 */
export function protectionOf(
  ask: MediaAsk,
  rendition: Rendition,
  contentKey: ContentKey,
  { object, openInit }: Pick<ObjectContext, 'object'> & { readonly openInit: () => Promise<Readable> },
): Protect {
  const { scheme, key } = contentKey;
  const tagged = ({ etag }: Representation) =>
    `${etag.startsWith('W/') ? 'W/' : ''}"${hashOf(object, [contentKey.version, etag])}"`;
  const isInit = ask.kind === 'init' || ask.kind === 'clip-init';
  switch (scheme) {
    case 'aes-128': {
      // VLC reads only a clear one.
      if (isInit) return (clear) => clear;
      const iv = contentKey.ivOf(rendition.id, ask);
      return (clear) => encryptedFile(clear, tagged(clear), { key, iv });
    }
    case 'cbcs': {
      const iv = contentKey.ivOf(rendition.id, null);
      if (isInit) return (clear) => protectedInit(clear, tagged(clear), { id: contentKey.id, iv });
      return (clear) => protectedSegment(clear, tagged(clear), { kind: rendition.kind, openInit, key, iv });
    }
    default:
      return scheme satisfies never;
  }
}
