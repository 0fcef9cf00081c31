import type { MediaAsk } from '../route/adaptive.ts';
import type { AudioEncode } from './audio-encode.ts';
import type { ImagePlan } from './image-plan.ts';
import type { Output } from './output.ts';
import type { Presentation, Rendition } from './presentation.ts';
import type { Storyboard } from './storyboard-plan.ts';
import type { StreamPlan } from './stream-plan.ts';
import type { TextTrack } from './text-tracks.ts';
import type { WaveformPlan } from './waveform-plan.ts';

/** One line for the `Sluice-Plan` header: `transcode; video=h264:360; audio=aac; reason="…"`. */
export function planHeader(plan: StreamPlan): string {
  const details = plan.kind === 'transcode' ? outputDetails(plan.output) : [];
  return [plan.kind, ...details, `reason="${asciiOnly(plan.reason)}"`].join('; ');
}

/** The same of a playlist: `hls; renditions=5; reason="…"`, which counts what a player chooses among. */
export function playlistHeader(kind: 'hls' | 'dash', { video, audio, reason }: Presentation): string {
  const renditions = video.length > 0 ? video : audio;
  return `${kind}; renditions=${renditions.length}; reason="${asciiOnly(reason)}"`;
}

/** The same of a redirect to a playlist: `hls; reason="…"`. */
export function redirectHeader(reason: string): string {
  return `hls; reason="${asciiOnly(reason)}"`;
}

/** The same of a segment: `copy; segment=12`, `transcode; video=h264:720; iframe=3`, `transcode; audio=aac; init`. */
export function segmentHeader({ source }: Rendition, ask: MediaAsk): string {
  const what = whatOf(ask);
  if (source.kind === 'copy') return `copy; ${what}`;
  const output =
    'video' in source ? `video=${source.video.codec}:${source.video.height}` : `audio=${source.audio.codec}`;
  return `transcode; ${output}; ${what}`;
}

function whatOf(ask: MediaAsk): string {
  if (ask.kind === 'init' || ask.kind === 'clip-init') return ask.kind;
  if (ask.kind === 'part' || ask.kind === 'iframe-part') return `${ask.kind}=${ask.from}-${ask.to}`;
  return `${ask.kind}=${ask.index}`;
}

/** The same of an image: `image; format=jpeg; frame=12.500`. */
export function imageHeader({ format, source, motion }: ImagePlan): string {
  if (source.kind === 'cover') return `image; format=${format}; cover`;
  const { at } = source;
  const frame =
    at.kind === 'auto' ? 'frame=auto' : `${at.isNear ? 'keyframe' : 'frame'}=${at.seconds.toFixed(3)}`;
  const moving = motion === null ? '' : `; seconds=${motion.durationSeconds}; fps=${motion.fps}`;
  return `image; format=${format}; ${frame}${moving}`;
}

/** The same of a storyboard: `storyboard; tiles=100; sheets=1; interval=72.000`. */
export function storyboardHeader({ tileCount, sheetCount, intervalSeconds }: Storyboard): string {
  return `storyboard; tiles=${tileCount}; sheets=${sheetCount}; interval=${intervalSeconds.toFixed(3)}`;
}

/** The same of a waveform: `waveform; format=json; samples-per-pixel=256`. */
export function waveformHeader({ format, samplesPerPixel }: WaveformPlan): string {
  return `waveform; format=${format}; samples-per-pixel=${samplesPerPixel}`;
}

/** The same of a text track: `subtitles; track=track-2`. */
export function textHeader({ id }: TextTrack): string {
  return `subtitles; track=${id}`;
}

function outputDetails({ format, video, audio, speed, loudness }: Output): string[] {
  return [
    `format=${format}`,
    ...(video === null ? [] : [`video=${video.kind === 'copy' ? 'copy' : `${video.codec}:${video.height}`}`]),
    ...(audio === null ? [] : [`audio=${audio.kind === 'copy' ? 'copy' : encodedName(audio)}`]),
    ...(speed === null ? [] : [`speed=${speed.factor}`]),
    ...(loudness === null ? [] : [`loudness=${loudness.lufs}:${loudness.kind}`]),
  ];
}

function encodedName({ codec, channels }: AudioEncode): string {
  return channels === 6 ? `${codec}:5.1` : codec;
}

/** Reasons consist of fixed words and numbers; anything else must not break a header. */
function asciiOnly(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, '?');
}
