import type { Readable } from 'node:stream';
import { Problem } from '../http/problem.ts';
import type { Probed } from '../media/probe.ts';
import type { Rendition, VideoRendition } from '../plan/presentation.ts';
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

/** The init segment of a rendition that is encoded here. */
export async function encodedInit(rendition: Rendition, _desk: SegmentDesk): Promise<Uint8Array> {
  throw notYet(rendition);
}

/** Segment `index` of a rendition that is encoded here: moofs and mdats that come as they are made. */
export async function openEncodedSegment(
  rendition: Rendition,
  _index: number,
  _desk: SegmentDesk,
): Promise<Readable> {
  throw notYet(rendition);
}

/** The picture at the start of segment `index`, as a fragment that lasts as long as the segment. */
export async function openEncodedPicture(
  rendition: VideoRendition,
  _index: number,
  _desk: SegmentDesk,
): Promise<Readable> {
  throw notYet(rendition);
}

const notYet = ({ id }: Rendition) => new Problem('internal', `The rendition ${id} cannot be encoded yet.`);
