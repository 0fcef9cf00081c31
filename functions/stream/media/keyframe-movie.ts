import { unsupported } from '../base/problem.ts';
import { withoutLeading } from './codecs/leading-frames.ts';
import { canBeginWith } from './codecs/random-access.ts';
import { containerKeyframes } from './cuts/container-keyframes.ts';
import { transportKeyframes } from './cuts/transport-keyframes.ts';
import { fragment, initSegment } from './isobmff/fragment-boxes.ts';
import { fragmentKeyframes } from './isobmff/fragment-keyframes.ts';
import { movieKeyframes } from './isobmff/movie-keyframes.ts';
import { CONTAINERS } from './model/containers.ts';
import type { CopyTrackInput } from './model/copy-track.ts';
import type { Keyframe, Keyframes } from './model/keyframes.ts';
import type { Probed } from './probe/probe.ts';

type Input = Pick<CopyTrackInput, 'source' | 'object' | 'access' | 'signal' | 'trackIndex'> & {
  readonly probed: Probed;
};

/** Finds the keyframes nearest to times of the file's timeline, which rise; null if no index or scan tells them. */
export async function findKeyframes(input: Input, seconds: readonly number[]): Promise<Keyframes | null> {
  const { movie, media } = input.probed;
  if (movie !== null)
    return movieKeyframes(movie, input, seconds) ?? fragmentKeyframes(movie, input, seconds);
  if (media.container === 'mpegts') return transportKeyframes(input, input.probed, seconds);
  return CONTAINERS[media.container].index === 'cues' ? containerKeyframes(input, seconds) : null;
}

const TIMESCALE = 1000;

/**
 * Writes keyframes as a movie in which each of the times takes a second. Rejects with `unsupported-media` at
 * a frame that cannot be decoded alone.
 */
export async function* keyframeMovie({
  head,
  units,
  frames,
}: Keyframes): AsyncGenerator<Uint8Array, void, void> {
  yield initSegment([{ ...head, timescale: TIMESCALE }]);
  let dts = 0;
  let sequenceNumber = 1;
  for await (const frame of frames()) {
    const duration = frame.times * TIMESCALE;
    const packet = { data: alone(frame, units), dts, pts: dts, duration, isSync: true };
    yield* fragment(sequenceNumber++, [{ trackId: 1, packets: [packet] }]);
    dts += duration;
  }
}

/** Returns a frame as decoders take it without those around it. */
function alone({ data }: Keyframe, units: Keyframes['units']): Uint8Array {
  if (units === null) return data;
  const { codec, lengthSize } = units;
  // A recovery point of H.264 needs the frames after it.
  if (canBeginWith(codec, lengthSize, data, data.byteLength) !== 'yes')
    throw unsupported('Its keyframes cannot be decoded alone.');
  return codec === 'hevc' ? withoutLeading(data, lengthSize) : data;
}
