import { Readable } from 'node:stream';
import { damaged, Problem } from '../base/problem.ts';
import { videoHead } from '../engine/encoded-init.ts';
import { isEncodedVideo, type SegmentContext } from '../engine/segment-context.ts';
import { openEncodedFrames, openEncodedPart } from '../engine/segments.ts';
import type { ObjectContext } from '../http/original.ts';
import { openCopyTrack } from '../media/copy-track.ts';
import { initSegment } from '../media/isobmff/fragment-boxes.ts';
import { jointEntry } from '../media/isobmff/joint-entry.ts';
import type { CopyTrack } from '../media/model/copy-track.ts';
import type { Part, Rendition } from '../plan/presentation.ts';

type PartContext = ObjectContext & SegmentContext;

/** Opens a track that the plan copies. Throws `damaged-media` where it cannot be cut after all. */
export async function openPlannedTrack(trackIndex: number, context: PartContext): Promise<CopyTrack> {
  const track = await openCopyTrack({ ...context, trackIndex, inspectsKeyframes: false });
  if ('whyNot' in track) throw damaged(`The track cannot be cut as planned: ${track.whyNot}.`);
  return track;
}

/** Opens frames with which a clip begins or ends: of a copied film, encoded among its frames. */
export async function openPart(
  rendition: Rendition,
  { from, to }: Part,
  context: PartContext,
): Promise<Readable> {
  const frames = { firstFrame: from, frameCount: to - from };
  const track = await copiedTrack(rendition, context);
  if (track === null || !isEncodedVideo(rendition)) return openEncodedFrames(rendition, frames, context);
  return openEncodedPart(rendition, frames, track.head.mediaTime, context);
}

/** Opens the init segment of a copied film and of its encoded parts: that of the copy, with the parameter sets of both. */
export async function openClipInit(rendition: Rendition, context: PartContext): Promise<Readable> {
  const track = await copiedTrack(rendition, context);
  if (track === null || !isEncodedVideo(rendition)) {
    throw new Problem('internal', `The rendition ${rendition.id} has no parts among copied segments.`);
  }
  const { sampleEntry } = await videoHead(rendition, context);
  const head = { ...track.head, sampleEntry: jointEntry(track.head.sampleEntry, sampleEntry) };
  return Readable.from([initSegment([head])], { objectMode: false });
}

/** The track that these are parts of; null for parts of what is encoded anyway. */
async function copiedTrack({ source }: Rendition, context: PartContext): Promise<CopyTrack | null> {
  const trackIndex = 'partOfTrack' in source ? source.partOfTrack : undefined;
  return trackIndex === undefined ? null : openPlannedTrack(trackIndex, context);
}
