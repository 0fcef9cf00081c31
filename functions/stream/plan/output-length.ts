import { CONTAINERS } from '../media/model/containers.ts';
import type { AudioTrack, Media, VideoTrack } from '../media/model/media.ts';
import type { Output } from './output.ts';
import { earliestStart, sourcesOf } from './plan-input.ts';

/** How long each kind of track of an output will be, in seconds; null for a kind that it has not. */
export type OutputLength = {
  readonly video: number | null;
  readonly audio: number | null;
  /** Whether it is exact to the sample; otherwise it is to a frame of the source. */
  readonly isExact: boolean;
};

/** The measured ends of tracks, in seconds on the file's timeline, by `Track.index`. */
export type TrackEnds = ReadonlyMap<number, number>;

/** Computes the length of an output before it is encoded; null if it is unknown. */
export function outputLength(media: Media, output: Output, ends: TrackEnds): OutputLength | null {
  if (CONTAINERS[media.container].length === 'estimate') return null;
  const factor = output.speed?.factor ?? 1;
  const most = output.durationSeconds ?? Number.POSITIVE_INFINITY;
  const lengthOf = (end: number) => Math.max(0, Math.min(end - output.startSeconds, most)) / factor;
  const { video, audio } = sourcesOf(media, output);
  const lengths: { video: number | null; audio: number | null } = { video: null, audio: null };
  for (const [kind, track] of [
    ['video', video],
    ['audio', audio],
  ] as const) {
    if (track === null) continue;
    const end = endOf(media, track) ?? ends.get(track.index) ?? endOfFile(media, output);
    if (end === null) return null;
    // An output begins with the earliest of the file's tracks.
    lengths[kind] = lengthOf(end - earliestStart(media));
  }
  if (output.video?.kind === 'encode' && lengths.video !== null) {
    const { numerator, denominator } = output.video.frameRate;
    const frames = Math.max(1, Math.round((lengths.video * numerator) / denominator));
    lengths.video = (frames * denominator) / numerator;
  }
  return { ...lengths, isExact: isExact(media, output, audio) };
}

/** The tracks whose own end has to be measured: nothing else tells it, and the file may go on beyond it. */
export function tracksToMeasure(media: Media, output: Output): readonly number[] {
  const { audio } = sourcesOf(media, output);
  if (output.video !== null || audio === null || endOf(media, audio) !== null) return [];
  // The clocks of joined recordings tell no end.
  return media.tracks.length > 1 && !media.isJoined ? [audio.index] : [];
}

function endOf(
  { isJoined }: Media,
  { startSeconds, durationSeconds }: VideoTrack | AudioTrack,
): number | null {
  return durationSeconds === null || isJoined ? null : startSeconds + durationSeconds;
}

/** The end of the file, for a track that is alone in it, or for a film that is played as a whole. */
function endOfFile(media: Media, { video }: Output): number | null {
  const { durationSeconds, tracks } = media;
  if (durationSeconds === null || (video === null && tracks.length > 1)) return null;
  return durationSeconds + earliestStart(media);
}

/** Exact are headers that count samples, of lossless audio whose rate is unchanged. */
function isExact({ container, isJoined }: Media, output: Output, audio: AudioTrack | null): boolean {
  if (output.video !== null || audio === null || isJoined || output.speed !== null) return false;
  const isCounted = CONTAINERS[container].length === 'samples';
  const isLossless = audio.codec === 'pcm' || audio.codec === 'flac';
  if (!isCounted || !isLossless) return false;
  return output.audio?.kind === 'encode' && output.audio.sampleRate === audio.sampleRate;
}
