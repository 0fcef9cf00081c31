import type { Readable } from 'node:stream';
import { Problem } from '../http/problem.ts';
import type { Rendition, VideoRendition } from '../plan/presentation.ts';
import type { SegmentDesk } from './segment-desk.ts';

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
