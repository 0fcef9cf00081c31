import { Readable } from 'node:stream';
import { damaged, Problem } from '../http/problem.ts';
import { initSegment } from '../media/isobmff/init-segment.ts';
import type { Packet } from '../media/packets.ts';
import type { Rendition, VideoRendition } from '../plan/presentation.ts';
import { fragmentsOf } from './fragments.ts';
import { type EncodedFrame, type EncodedVideo, encodeFrames } from './picture-frames.ts';
import { REORDER_FRAMES } from './segment-arguments.ts';
import type { Workplace } from './transcode-object.ts';

/** What segments of one object are made with. */
export type SegmentDesk = Workplace & {
  readonly limits: { readonly maxPixels: number };
  /** Where the presentation's zero lies on the file's timeline. */
  readonly zeroSeconds: number;
};

/** The init segment of a rendition that is encoded here; what every one of its segments is decoded with. */
export async function encodedInit(rendition: Rendition, desk: SegmentDesk): Promise<Uint8Array> {
  if (!isEncodedVideo(rendition)) throw new Problem('internal', 'Sound comes later.');
  const { sampleEntry, frames } = await encodeFrames(rendition, 0, 1, desk.zeroSeconds, desk);
  await frames.return(undefined);
  return initSegment([
    {
      kind: 'video',
      timescale: rendition.timescale,
      sampleEntry,
      language: 'und',
      width: rendition.width,
      height: rendition.height,
      matrix: null,
      delaySeconds: 0,
      mediaTime: REORDER_FRAMES * rendition.source.frameTicks,
      durationTicks: null,
      packets: nothing(),
    },
  ]);
}

/**
 * Segment `index` of a rendition that is encoded here: moofs and mdats that come as they are made. Resolves with the
 * first of them; what fails after that breaks the stream.
 */
export async function openEncodedSegment(
  rendition: Rendition,
  index: number,
  desk: SegmentDesk,
): Promise<Readable> {
  if (!isEncodedVideo(rendition)) throw new Problem('internal', 'Sound comes later.');
  const { firstFrame, frameCount } = framesIn(rendition, index);
  const { frames } = await encodeFrames(rendition, firstFrame, frameCount, desk.zeroSeconds, desk);
  const packets = timed(frames, firstFrame, frameCount, rendition.source.frameTicks);
  return begun(fragmentsOf(packets, { timescale: rendition.timescale, firstNumber: firstFrame + 1 }));
}

/** The picture at the start of segment `index`, as a fragment that lasts as long as the segment. */
export async function openEncodedPicture(
  rendition: VideoRendition,
  index: number,
  desk: SegmentDesk,
): Promise<Readable> {
  if (!isEncodedVideo(rendition)) throw new Problem('internal', 'This rendition is copied.');
  const { firstFrame, frameCount } = framesIn(rendition, index);
  const { frames } = await encodeFrames(rendition, firstFrame, 1, desk.zeroSeconds, desk);
  const { frameTicks } = rendition.source;
  const packets = lasting(timed(frames, firstFrame, 1, frameTicks), frameCount * frameTicks);
  return begun(fragmentsOf(packets, { timescale: rendition.timescale, firstNumber: firstFrame + 1 }));
}

function isEncodedVideo(rendition: Rendition): rendition is EncodedVideo {
  return rendition.kind === 'video' && rendition.source.kind === 'encode';
}

function framesIn({ segments, source: { frameTicks } }: EncodedVideo, index: number) {
  const segment = segments[index];
  if (segment === undefined) throw new RangeError(`There is no segment ${index}.`);
  return { firstFrame: segment.startTicks / frameTicks, frameCount: segment.durationTicks / frameTicks };
}

async function* timed(
  frames: AsyncIterable<EncodedFrame>,
  firstFrame: number,
  frameCount: number,
  frameTicks: number,
): AsyncGenerator<Packet, void, void> {
  let count = 0;
  for await (const { data, isSync, position } of frames) {
    const dts = (firstFrame + count) * frameTicks;
    const pts = (firstFrame + position + REORDER_FRAMES) * frameTicks;
    yield { data, dts, pts, duration: frameTicks, isSync };
    count++;
  }
  if (count !== frameCount) throw damaged(`Of ${frameCount} frames ${count} could be made.`);
}

async function* lasting(
  packets: AsyncIterable<Packet>,
  duration: number,
): AsyncGenerator<Packet, void, void> {
  for await (const packet of packets) yield { ...packet, duration };
}

async function begun(parts: AsyncGenerator<Uint8Array, void, void>): Promise<Readable> {
  const first = await parts.next();
  return Readable.from(
    (async function* () {
      if (first.done) return;
      yield first.value;
      yield* parts;
    })(),
    { objectMode: false, highWaterMark: 256 * 1024 },
  );
}

async function* nothing(): AsyncGenerator<Packet, void, void> {}
