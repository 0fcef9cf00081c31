import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { damaged } from '../base/problem.ts';
import { peekFirst } from '../http/body.ts';
import { openWhole } from '../http/open-whole.ts';
import type { LiveRepresentation, Representation } from '../http/representation.ts';
import type { KeyAndIv } from '../media/encryption/key-and-iv.ts';
import { type KeyIdAndIv, protectInit } from '../media/encryption/protect-init.ts';
import { protectSegment } from '../media/encryption/protect-segment.ts';
import { subsamplingOf } from '../media/encryption/subsamples.ts';

/** Returns an init segment for encrypted samples. */
export function protectedInit(clear: Representation, etag: string, key: KeyIdAndIv): LiveRepresentation {
  return {
    ...{ kind: 'live', contentType: clear.contentType, etag },
    async open() {
      return Readable.from([protectInit(await buffer(await openWhole(clear)), key)], { objectMode: false });
    },
  };
}

type Secret = KeyAndIv & {
  readonly kind: 'video' | 'audio';
  /** Opens the clear init segment, whose parameter sets the headers of slices need. */
  readonly openInit: () => Promise<Readable>;
};

/** Returns a segment with its samples encrypted. Its size depends on their slices, so that it has no ranges. */
export function protectedSegment(
  clear: Representation,
  etag: string,
  { kind, openInit, key, iv }: Secret,
): LiveRepresentation {
  return {
    ...{ kind: 'live', contentType: clear.contentType, etag },
    async open() {
      const subsampling = kind === 'video' ? subsamplingOf(await buffer(await openInit())) : null;
      const opened = await openWhole(clear);
      const encrypted = await peekFirst(protectSegment(opened, subsampling, { key, iv })).catch(
        (error: unknown) => {
          opened.destroy();
          throw error;
        },
      );
      if (encrypted === null) throw damaged('This segment is empty.');
      return Readable.from(encrypted, { objectMode: false }).once('close', () => opened.destroy());
    },
  };
}
