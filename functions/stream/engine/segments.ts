import { Readable } from 'node:stream';
import { damaged, Problem } from '../http/problem.ts';
import { audioSampleEntry, esds } from '../media/containers/sample-entry.ts';
import { initSegment } from '../media/isobmff/init-segment.ts';
import type { Packet } from '../media/packets.ts';
import type { Rendition, VideoRendition } from '../plan/presentation.ts';
import { fragmentsOf } from './fragments.ts';
import { type EncodedFrame, type EncodedVideo, encodeFrames } from './picture-frames.ts';
import { REORDER_FRAMES } from './picture-segment-arguments.ts';
import { type EncodedAudio, encodeSound } from './sound-frames.ts';
import { AAC_FRAME } from './sound-segment-arguments.ts';
import type { Workplace } from './transcode-object.ts';

/** What segments of one object are made with. */
export type SegmentDesk = Workplace & {
  readonly limits: { readonly maxPixels: number };
  /** Where the presentation's zero lies on the file's timeline. */
  readonly zeroSeconds: number;
};

/** The init segment of a rendition that is encoded here; what every one of its segments is decoded with. */
export async function encodedInit(rendition: Rendition, desk: SegmentDesk): Promise<Uint8Array> {
  if (isEncodedAudio(rendition)) return soundInit(rendition);
  if (!isEncodedVideo(rendition)) throw new Problem('internal', 'This rendition is copied.');
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
  if (isEncodedAudio(rendition)) return openSound(rendition, index, desk);
  if (!isEncodedVideo(rendition)) throw new Problem('internal', 'This rendition is copied.');
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

function isEncodedAudio(rendition: Rendition): rendition is EncodedAudio {
  return rendition.kind === 'audio' && rendition.source.kind === 'encode';
}

function soundInit({ timescale, source: { sound } }: EncodedAudio): Uint8Array {
  const config = audioSpecificConfig(sound.sampleRate, sound.channels);
  return initSegment([
    {
      kind: 'audio',
      timescale,
      sampleEntry: audioSampleEntry('mp4a', sound, esds(config)),
      language: 'und',
      width: 0,
      height: 0,
      matrix: null,
      delaySeconds: 0,
      mediaTime: AAC_FRAME,
      durationTicks: null,
      packets: nothing(),
    },
  ]);
}

const RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
function audioSpecificConfig(rate: number, channels: number): Buffer {
  const bits = (2 << 11) | (RATES.indexOf(rate) << 7) | (channels << 3);
  return Buffer.of(bits >> 8, bits & 255);
}

async function openSound(rendition: EncodedAudio, index: number, desk: SegmentDesk): Promise<Readable> {
  const segment = rendition.segments[index];
  if (segment === undefined) throw new RangeError(`There is no segment ${index}.`);
  const first = segment.startTicks / AAC_FRAME - (index === 0 ? 1 : 0);
  const count = (segment.startTicks + segment.durationTicks) / AAC_FRAME - first;
  const packets = await encodeSound(rendition, first, count, desk.zeroSeconds, desk);
  return begun(
    fragmentsOf(timedSound(packets, first), { timescale: rendition.timescale, firstNumber: first + 2 }),
  );
}

async function* timedSound(frames: AsyncIterable<Buffer>, first: number): AsyncGenerator<Packet, void, void> {
  let dts = (first + 1) * AAC_FRAME;
  for await (const data of frames) {
    yield { data, dts, pts: dts, duration: AAC_FRAME, isSync: true };
    dts += AAC_FRAME;
  }
}
