import { buffer } from 'node:stream/consumers';
import { type Beginning, canBeginWith, lengthSizeOf } from '../codecs/random-access.ts';
import type { CopyTrackInput } from '../model/copy-track.ts';
import { videoCodecOf } from './codec.ts';
import type { CutIndex } from './cut-index.ts';
import type { MovieTrack } from './movie.ts';
import type { SampleTable } from './samples.ts';

/**
 * Returns a test whether decoding can begin with a sample, by its first bytes; null if the index alone tells.
 */
export function keyFrameTest({
  entry,
}: MovieTrack): ((beginning: Uint8Array, sampleBytes: number) => Beginning) | null {
  const codec = entry?.video ? videoCodecOf(entry) : null;
  if (codec !== 'h264' && codec !== 'hevc') return null;
  const configuration = entry?.configurations.get(codec === 'h264' ? 'avcC' : 'hvcC') ?? null;
  const lengthSize = lengthSizeOf(codec, configuration);
  return (beginning, sampleBytes) => canBeginWith(codec, lengthSize, beginning, sampleBytes);
}

const LOOKS = 8;
const LOOK_BYTES = 4 * 1024;

type Verdict = { readonly whyNot: string | null };
const verdicts = new WeakMap<MovieTrack, Verdict>();

/** Looks at keyframes spread over the track: an encoder treats all of them alike. */
export async function whyNoKeyFrames(
  { source, object, signal }: CopyTrackInput,
  track: MovieTrack,
  { offsets, sizes }: SampleTable,
  { samples }: CutIndex,
): Promise<string | null> {
  const known = verdicts.get(track);
  if (known !== undefined) return known.whyNot;
  const test = keyFrameTest(track);
  const count = samples.count - 1;
  const positions = new Set(
    Array.from({ length: LOOKS }, (_, i) => samples.at(Math.floor((i * (count - 1)) / (LOOKS - 1)))),
  );
  const looks = [...(test === null ? [] : positions)].map(async (sample): Promise<Beginning> => {
    const [start, size] = [offsets.at(sample), sizes.at(sample)];
    const body = await source.read(object, { start, end: start + Math.min(size, LOOK_BYTES) }, signal);
    return test?.(await buffer(body), size) ?? 'yes';
  });
  const found = new Set(await Promise.all(looks));
  const whyNot = found.has('broken')
    ? 'its frames are not stored as MP4 players expect them'
    : found.has('no')
      ? 'decoding cannot begin at each of its keyframes'
      : null;
  verdicts.set(track, { whyNot });
  return whyNot;
}
