import { Readable } from 'node:stream';
import { damaged, Problem } from '../base/problem.ts';
import { peekFirst } from '../http/body.ts';
import { AAC_FRAME } from '../media/codecs/aac.ts';
import type { Packet } from '../media/model/packets.ts';
import { frameAt, frameTime } from '../plan/frame-grid.ts';
import type { Part, Rendition, VideoRendition } from '../plan/presentation.ts';
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
  const frames = isEncodedVideo(rendition)
    ? framesWithin(rendition, index, (ticks) => frameAt(ticks, rendition.source))
    : framesWithin(rendition, index, (ticks) => ticks / AAC_FRAME);
  return openEncodedFrames(rendition, frames, context);
}

/** Opens some frames of it in the same way, as a segment of their own. */
export async function openEncodedFrames(
  rendition: Rendition,
  frames: Omit<FramesPart, 'segmentFrames'>,
  context: SegmentContext,
): Promise<Readable> {
  if (isEncodedVideo(rendition)) return streamed(rendition, encodedFrames(rendition, frames, context));
  if (!isEncodedAudio(rendition)) throw isCopied(rendition);
  const { firstFrame, frameCount } = frames;
  // The first audio of all needs the encoder's priming before it.
  const priming = firstFrame === 0 ? PRIMING_FRAMES : 0;
  const part = { firstFrame: firstFrame - priming, frameCount: frameCount + priming };
  return streamed(rendition, encodeAudioWithin(rendition, part, context));
}

/** Opens the frame `from` of trick play, as a fragment that lasts until the frame `to`. */
export async function openEncodedIFrame(
  rendition: VideoRendition,
  { from, to }: Part,
  context: SegmentContext,
): Promise<Readable> {
  if (!isEncodedVideo(rendition)) throw isCopied(rendition);
  const part = { firstFrame: from, frameCount: 1, segmentFrames: to - from };
  const [start, end] = [from, to].map((frame) => Math.round(frameTime(frame, rendition.source)));
  const duration = (end ?? 0) - (start ?? 0);
  return streamed(rendition, withDuration(encodedFrames(rendition, part, context), duration));
}

/** The frames of trick play at a position of a film: from that one to the next. */
export function iFrameAt(rendition: VideoRendition, index: number): Part {
  if (!isEncodedVideo(rendition)) throw isCopied(rendition);
  const { iFrames, source, id } = rendition;
  const shown = { id, segments: iFrames.frames };
  const { firstFrame, frameCount } = framesWithin(shown, index, (ticks) => frameAt(ticks, source));
  return { from: firstFrame, to: firstFrame + frameCount };
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
  const timeOf = (frame: number) => Math.round(frameTime(frame, source));
  const ahead = source.partOfTrack === undefined ? REORDER_FRAMES * source.frameTicks : 0;
  let count = 0;
  for await (const { data, isSync, position } of await encodeFrames(rendition, part, context)) {
    const dts = timeOf(firstFrame + count);
    const pts = timeOf(firstFrame + position) + ahead;
    count++;
    yield { data, dts, pts, duration: timeOf(firstFrame + count) - dts, isSync };
  }
  if (count !== frameCount) throw damaged(`Only ${count} of ${frameCount} frames could be encoded.`);
}

/**
 * Opens a part of a copied track as the only segment of `rendition`. It meets the copied segments beside it at their own
 * times, and its frames are later by what the track's init segment takes off.
 */
export async function openEncodedPart(
  rendition: EncodedVideo,
  frames: Omit<FramesPart, 'segmentFrames'>,
  delayTicks: number,
  context: SegmentContext,
): Promise<Readable> {
  const { startTicks = 0, durationTicks = 0 } = rendition.segments[0] ?? {};
  const encoded = encodedFrames(rendition, frames, context);
  return streamed(rendition, placed(encoded, { startTicks, durationTicks, delayTicks, ...frames }));
}

type Place = {
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly delayTicks: number;
  readonly frameCount: number;
};

async function* placed(
  packets: AsyncIterable<Packet>,
  { startTicks, durationTicks, delayTicks, frameCount }: Place,
): AsyncGenerator<Packet, void, void> {
  let count = 0;
  for await (const packet of packets) {
    const start = count === 0 ? startTicks : packet.dts;
    count++;
    const end = count === frameCount ? startTicks + durationTicks : packet.dts + packet.duration;
    yield { ...packet, dts: start, pts: start + delayTicks, duration: end - start };
  }
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
