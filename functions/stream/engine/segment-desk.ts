import type { Probed } from '../media/probe.ts';
import type { CachedAccess } from '../source/cache.ts';
import type { StoredObject } from '../source/source.ts';
import type { Trace } from '../trace.ts';
import type { Engine } from './ffmpeg.ts';

/** What segments of one object are made with. */
export type SegmentDesk = {
  readonly object: Pick<StoredObject, 'etag'>;
  readonly access: CachedAccess;
  readonly probed: Probed;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly trace: Trace;
  readonly limits: { readonly maxPixels: number };
  /** Where the presentation's zero lies on the file's timeline. */
  readonly zeroSeconds: number;
};
