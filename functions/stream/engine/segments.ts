import { Readable } from 'node:stream';
import { damaged, Problem } from '../base/problem.ts';
import { AAC_FRAME } from '../media/codecs/aac.ts';
import type { Packet } from '../media/model/packets.ts';
import { peekFirst } from '../media/peek-first.ts';
import { frameAt, frameTime } from '../plan/frame-grid.ts';
import type { Rendition, VideoRendition } from '../plan/presentation.ts';
import { PRIMING_FRAMES } from './audio-frames.ts';
import { encodeAudioWithin } from './audio-within.ts';
import { audioInit, videoInit } from './encoded-init.ts';
import { fragmentsOf } from './fragments.ts';
import {
  type EncodedVideo,
  framesWithin,
  isEncodedAudio,
  isEncodedVideo,
  type SegmentContext,
} from './segment-context.ts';
import { encodeFrames, type FramesPart } from './video-frames.ts';
import { REORDER_FRAMES } from './video-segment-arguments.ts';

/**
 * Builds the init segment of an encoded rendition: a pure function of the rendition and its source's colours.
 */
export async function encodedInit(rendition: Rendition, context: SegmentContext): Promise<Uint8Array> {
  if (isEncodedVideo(rendition)) return videoInit(rendition, context);
  if (isEncodedAudio(rendition)) return audioInit(rendition);
  throw isCopied(rendition);
}

/**
 * Opens segment `index` of an encoded rendition: moofs and mdats, each as soon as it is complete. Resolves
 * with the first of them there, rejects as `Engine` does; a later failure breaks the stream.
 */
export async function openEncodedSegment(
  rendition: Rendition,
  index: number,
  context: SegmentContext,
): Promise<Readable> {
  if (isEncodedVideo(rendition)) {
    const part = framesWithin(rendition, index, (ticks) => frameAt(ticks, rendition.source));
    return streamed(rendition, encodedFrames(rendition, part, context));
  }
  if (!isEncodedAudio(rendition)) throw isCopied(rendition);
  const { firstFrame, frameCount } = framesWithin(rendition, index, (ticks) => ticks / AAC_FRAME);
  // The first audio of all needs the encoder's priming before it.
  const priming = firstFrame === 0 ? PRIMING_FRAMES : 0;
  const part = { firstFrame: firstFrame - priming, frameCount: frameCount + priming };
  return streamed(rendition, encodeAudioWithin(rendition, part, context));
}

/** Opens frame `index` of trick play, as a fragment that lasts until the next one. */
export async function openEncodedIFrame(
  rendition: VideoRendition,
  index: number,
  context: SegmentContext,
): Promise<Readable> {
  if (!isEncodedVideo(rendition)) throw isCopied(rendition);
  const { iFrames, source, id } = rendition;
  const shown = { id, segments: iFrames.frames };
  const { firstFrame, frameCount } = framesWithin(shown, index, (ticks) => frameAt(ticks, source));
  const frame = encodedFrames(rendition, { firstFrame, frameCount: 1, segmentFrames: frameCount }, context);
  return streamed(rendition, withDuration(frame, iFrames.frames[index]?.durationTicks ?? 0));
}

/**
 * Yields frames at their places on the grid, whatever times the encoder gave them; all that were requested,
 * or an error.
 */
export async function* encodedFrames(
  rendition: EncodedVideo,
  part: FramesPart,
  context: SegmentContext,
): AsyncGenerator<Packet, void, void> {
  const { source } = rendition;
  const { firstFrame, frameCount } = part;
  let count = 0;
  for await (const { data, isSync, position } of await encodeFrames(rendition, part, context)) {
    const dts = frameTime(firstFrame + count, source);
    const pts = frameTime(firstFrame + position, source) + REORDER_FRAMES * source.frameTicks;
    count++;
    yield { data, dts, pts, duration: frameTime(firstFrame + count, source) - dts, isSync };
  }
  if (count !== frameCount) throw damaged(`Only ${count} of ${frameCount} frames could be encoded.`);
}

async function* withDuration(
  packets: AsyncIterable<Packet>,
  duration: number,
): AsyncGenerator<Packet, void, void> {
  for await (const packet of packets) yield { ...packet, duration };
}

/**
 * Resolves with the first fragment complete. ffmpeg, which would wait for its reader for ever, ends with the
 * stream.
 */
async function streamed({ timescale }: Rendition, packets: AsyncIterable<Packet>): Promise<Readable> {
  const fragments = await peekFirst(fragmentsOf(packets, timescale));
  if (fragments === null) throw damaged('This segment could not be encoded.');
  return Readable.from(fragments, { objectMode: false, highWaterMark: 256 * 1024 });
}

const isCopied = ({ id }: Rendition) =>
  new Problem('internal', `The rendition ${id} is copied, not encoded.`);
