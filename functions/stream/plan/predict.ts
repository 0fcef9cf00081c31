import type { Media, VideoTrack } from '../media/model/media.ts';
import { isCounted } from './counted.ts';
import type { Motion } from './image-plan.ts';
import { measuringSeconds } from './loudness.ts';
import type { Output } from './output.ts';
import type { PlanInput, Selection } from './plan-input.ts';
import type { Rendition } from './presentation.ts';
import type { VideoEncode } from './video-encode.ts';

/** The most that an answer costs: seconds of wall clock for the work, bytes on the wire; null where unknown. */
export type Prediction = { readonly seconds: number | null; readonly bytes: number | null };

/**
 * Megapixels per second and core, measured with the 2018 build on one core of a 2.x GHz cloud machine and rounded
 * down. They only decide which work is refused because it could not end in time.
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
/** Text is drawn. */
const BURN = 300;
const AUDIO_SPEED = 40;

/** Seconds of audio that one core decodes in a second only to count its samples from the beginning. */
const COUNTING_SPEED = 200;

/** Seconds between the keyframe that decoding begins with and a segment, in media encoded for streaming. */
const LEAD_SECONDS = 6;

/** Predicts one segment, or an I-frame of trick play; copies cost nothing. */
export function predictSegment(
  { kind, source, segments, timescale }: Rendition,
  ask: { readonly kind: 'segment' | 'iframe'; readonly index: number },
  { film, media, cores }: { readonly film: VideoTrack | null; readonly media: Media; readonly cores: number },
): Prediction {
  const { startTicks = 0, durationTicks = 0 } = segments[ask.index] ?? {};
  const seconds = durationTicks / timescale;
  if (source.kind === 'copy') return { seconds: 0, bytes: null };
  if (kind === 'audio' || !('video' in source) || film === null) {
    return { seconds: seconds / AUDIO_SPEED + countingSeconds(media, startTicks / timescale), bytes: null };
  }
  const { video } = source;
  const encoded = ask.kind === 'segment' ? seconds : video.frameRate.denominator / video.frameRate.numerator;
  const work = videoSeconds(film, video, { decoded: encoded + LEAD_SECONDS, encoded });
  return { seconds: work / cores, bytes: null };
}

/** Predicts one frame of a film as an image, or several: decoded from the keyframe before it on. */
export function predictImage(
  film: VideoTrack,
  video: VideoEncode,
  motion: Motion | null,
  { cores }: { readonly cores: number },
): Prediction {
  const frame = video.frameRate.denominator / video.frameRate.numerator;
  const shown = motion?.durationSeconds ?? 0;
  // libwebp takes several times as long as an encoder of video.
  const encoded = motion === null ? frame : WEBP_WEIGHT * motion.fps * shown * frame;
  return {
    seconds: videoSeconds(film, video, { decoded: LEAD_SECONDS + shown, encoded }) / cores,
    bytes: null,
  };
}

const WEBP_WEIGHT = 4;

/** Predicts keyframes of a film, decoded alone. */
export function predictKeyframes(
  film: VideoTrack,
  video: VideoEncode,
  count: number,
  { cores }: { readonly cores: number },
): Prediction {
  const frames = (count * video.frameRate.denominator) / video.frameRate.numerator;
  const work = videoSeconds(film, video, { decoded: KEYFRAME_WEIGHT * frames, encoded: frames });
  return { seconds: work / cores, bytes: null };
}

/** Keyframes have several times the bits of other frames. */
const KEYFRAME_WEIGHT = 4;

/** Predicts the decoding of all audio of a file; null without a duration. */
export function predictWaveform({ durationSeconds }: Media): Prediction {
  return { seconds: durationSeconds === null ? null : durationSeconds / WAVEFORM_SPEED, bytes: null };
}

/** Seconds of audio that one core decodes and looks through in a second. */
const WAVEFORM_SPEED = 300;

/** Seconds of counting before an audio output that begins there. */
function countingSeconds(media: Media, startSeconds: number): number {
  return isCounted(media) ? startSeconds / COUNTING_SPEED : 0;
}

/** Seconds on one core for so many seconds of the film. */
function videoSeconds(
  source: VideoTrack,
  video: VideoEncode,
  seconds: { readonly decoded: number; readonly encoded: number },
): number {
  const rate = source.frameRate ?? video.frameRate;
  const decoded = (source.codedWidth * source.codedHeight * rate.numerator) / rate.denominator / 1e6;
  const { width, height, frameRate, codec, toneMap, burnt } = video;
  const encoded = (width * height * frameRate.numerator) / frameRate.denominator / 1e6;
  const effects = (toneMap === null ? 0 : encoded / TONE_MAP) + (burnt === undefined ? 0 : encoded / BURN);
  const making = encoded / ENCODE[codec] + effects;
  return (seconds.decoded * decoded) / DECODE[source.codec] + seconds.encoded * making;
}

/** Predicts a transcode; null without a duration. Throws nothing. */
export function predictTranscode(
  { video, audio, startSeconds, durationSeconds, format, speed, loudness }: Output,
  selection: Selection,
  { media, sizeBytes, limits }: Pick<PlanInput, 'media' | 'sizeBytes' | 'limits'>,
): Prediction {
  const mediaSeconds = media.durationSeconds;
  const rest = mediaSeconds === null ? null : mediaSeconds - startSeconds;
  const length = Math.min(rest ?? Number.POSITIVE_INFINITY, durationSeconds ?? Number.POSITIVE_INFINITY);
  if (!Number.isFinite(length)) return { seconds: null, bytes: null };

  const source = selection.video;
  const encoded = length / (speed?.factor ?? 1);
  // Decoding takes less time than encoding; slower audio is more to encode.
  let seconds = 0;
  if (audio?.kind === 'encode')
    seconds += Math.max(length, encoded) / AUDIO_SPEED + countingSeconds(media, startSeconds);
  if (loudness?.kind === 'measured') {
    seconds += (measuringSeconds(encoded) ?? 0) + countingSeconds(media, startSeconds);
  }
  if (video?.kind === 'encode' && source !== null) {
    const decoded = length + (isCounted(media) ? startSeconds : 0);
    seconds += videoSeconds(source, video, { decoded, encoded }) / limits.cores;
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
  return { seconds, bytes: Math.ceil((encoded * bits * 1.03) / 8) + 65_536 };
}
