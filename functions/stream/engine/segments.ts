import { Readable } from 'node:stream';
import { damaged, Problem } from '../base/problem.ts';
import { begun } from '../media/begun.ts';
import { AAC_FRAME } from '../media/codecs/aac.ts';
import type { Packet } from '../media/model/packets.ts';
import { frameAt, frameTime } from '../plan/frame-grid.ts';
import type { Rendition, VideoRendition } from '../plan/presentation.ts';
import { audioInit, videoInit } from './encoded-init.ts';
import { fragmentsOf } from './fragments.ts';
import { encodeFrames, type FramesPart } from './picture-frames.ts';
import { REORDER_FRAMES } from './picture-segment-arguments.ts';
import {
  type EncodedVideo,
  framesWithin,
  isEncodedAudio,
  isEncodedVideo,
  type SegmentDesk,
} from './segment-desk.ts';
import { PRIMING_FRAMES } from './sound-frames.ts';
import { encodeSoundWithin } from './sound-within.ts';

/** The init segment of a rendition that is encoded here: a pure function of the rendition and its source's colours. */
export async function encodedInit(rendition: Rendition, desk: SegmentDesk): Promise<Uint8Array> {
  if (isEncodedVideo(rendition)) return videoInit(rendition, desk);
  if (isEncodedAudio(rendition)) return audioInit(rendition);
  throw isCopied(rendition);
}

/**
 * Segment `index` of a rendition that is encoded here: moofs and mdats that come as they are made. Resolves with the
 * first of them there, rejects as `Engine` does; what fails after that breaks the stream.
 */
export async function openEncodedSegment(
  rendition: Rendition,
  index: number,
  desk: SegmentDesk,
): Promise<Readable> {
  if (isEncodedVideo(rendition)) {
    return streamed(rendition, pictures(rendition, picturesWithin(rendition, index), desk));
  }
  if (!isEncodedAudio(rendition)) throw isCopied(rendition);
  const { firstFrame, frameCount } = framesWithin(rendition, index, (ticks) => ticks / AAC_FRAME);
  // The very first sound needs what the encoder puts before it.
  const priming = firstFrame === 0 ? PRIMING_FRAMES : 0;
  const part = { firstFrame: firstFrame - priming, frameCount: frameCount + priming };
  return streamed(rendition, encodeSoundWithin(rendition, part, desk));
}

/** The picture at the start of segment `index`, as a fragment that lasts as long as the segment. */
export async function openEncodedPicture(
  rendition: VideoRendition,
  index: number,
  desk: SegmentDesk,
): Promise<Readable> {
  if (!isEncodedVideo(rendition)) throw isCopied(rendition);
  const { firstFrame, frameCount } = picturesWithin(rendition, index);
  const picture = pictures(rendition, { firstFrame, frameCount: 1, segmentFrames: frameCount }, desk);
  return streamed(rendition, lasting(picture, rendition.segments[index]?.durationTicks ?? 0));
}

function picturesWithin(rendition: EncodedVideo, index: number) {
  return framesWithin(rendition, index, (ticks) => frameAt(ticks, rendition.source));
}

/** Frames of the grid, each where it has it, whatever times the encoder gave it; all that were asked for, or an error. */
export async function* pictures(
  rendition: EncodedVideo,
  part: FramesPart,
  desk: SegmentDesk,
): AsyncGenerator<Packet, void, void> {
  const { source } = rendition;
  const { firstFrame, frameCount } = part;
  let count = 0;
  for await (const { data, isSync, position } of await encodeFrames(rendition, part, desk)) {
    const dts = frameTime(firstFrame + count, source);
    const pts = frameTime(firstFrame + position, source) + REORDER_FRAMES * source.frameTicks;
    count++;
    yield { data, dts, pts, duration: frameTime(firstFrame + count, source) - dts, isSync };
  }
  if (count !== frameCount) throw damaged(`Of ${frameCount} pictures only ${count} could be made.`);
}

async function* lasting(
  packets: AsyncIterable<Packet>,
  duration: number,
): AsyncGenerator<Packet, void, void> {
  for await (const packet of packets) yield { ...packet, duration };
}

/** With the first fragment made. ffmpeg, which would wait for its reader for ever, ends with the stream. */
async function streamed({ timescale }: Rendition, packets: AsyncIterable<Packet>): Promise<Readable> {
  const fragments = await begun(fragmentsOf(packets, timescale));
  if (fragments === null) throw damaged('Nothing of this part could be made.');
  return Readable.from(fragments, { objectMode: false, highWaterMark: 256 * 1024 });
}

const isCopied = ({ id }: Rendition) =>
  new Problem('internal', `The rendition ${id} is copied, not encoded.`);
