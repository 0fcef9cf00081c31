import type { VideoTrack } from '../media/media.ts';
import type { Output } from './output.ts';
import type { Question, Selection } from './question.ts';

/** The most that an answer costs: seconds of wall clock for the work, bytes on the wire; null where unknown. */
export type Prediction = { readonly seconds: number | null; readonly bytes: number | null };

/** Copying takes no work worth counting; a container adds less than 2 % and 64 KB. */
export function predictCopy(sizeBytes: number): Prediction {
  return { seconds: 0, bytes: sizeBytes };
}

/**
 * Megapixels per second and core, measured with the 2018 build on one core of a 2.x GHz cloud machine and rounded
 * down. They decide only whether work is begun that could not end in time.
 */
const DECODE: Readonly<Record<VideoTrack['codec'], number>> = {
  h264: 180,
  hevc: 90,
  vp8: 120,
  vp9: 90,
  av1: 12,
  other: 120,
};
const ENCODE = { h264: 35, vp8: 30, vp9: 15 } as const;
const TONE_MAP = 6;
const AUDIO_SPEED = 40;

/** Throws nothing: without a duration, nothing is predicted. */
export function predictTranscode(
  { video, audio, startSeconds, durationSeconds, format }: Output,
  selection: Selection,
  { media, sizeBytes, limits }: Pick<Question, 'media' | 'sizeBytes' | 'limits'>,
): Prediction {
  const mediaSeconds = media.durationSeconds;
  const rest = mediaSeconds === null ? null : mediaSeconds - startSeconds;
  const length = Math.min(rest ?? Number.POSITIVE_INFINITY, durationSeconds ?? Number.POSITIVE_INFINITY);
  if (!Number.isFinite(length)) return { seconds: null, bytes: null };

  const source = selection.video;
  let seconds = audio?.kind === 'encode' ? length / AUDIO_SPEED : 0;
  if (video?.kind === 'encode' && source !== null) {
    const rate = source.frameRate ?? video.frameRate;
    const decoded = (source.codedWidth * source.codedHeight * rate.numerator) / rate.denominator / 1e6;
    const encoded =
      (video.width * video.height * video.frameRate.numerator) / video.frameRate.denominator / 1e6;
    const work = decoded / DECODE[source.codec] + encoded / ENCODE[video.codec];
    seconds += (length * (work + (video.toneMap === null ? 0 : encoded / TONE_MAP))) / limits.cores;
  }
  const average = mediaSeconds ? (sizeBytes * 8) / mediaSeconds : 0;
  let bits = 0;
  if (video?.kind === 'encode') bits += video.maxBitrate;
  if (video?.kind === 'copy') bits += source?.bitrate ?? average;
  if (audio?.kind === 'copy') bits += selection.audio?.bitrate ?? Math.min(average, 1_500_000);
  if (audio?.kind === 'encode') {
    const lossless = audio.sampleRate * audio.channels * (format === 'wav' ? 16 : 24);
    bits += audio.bitrate ?? lossless;
  }
  return { seconds, bytes: Math.ceil((length * bits * 1.03) / 8) + 65_536 };
}
