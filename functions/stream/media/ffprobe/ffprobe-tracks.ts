import * as v from 'valibot';
import { type AudioCodec, audioCodecNamed, videoCodecNamed } from '../model/codecs.ts';
import { colourOf } from '../model/frame.ts';
import { snap } from '../model/frame-rate.ts';
import { audioLabel, subtitleLabel } from '../model/label.ts';
import type { AudioTrack, FrameRate, OtherTrack, Track, VideoTrack } from '../model/media.ts';

/** Numbers that ffprobe writes as strings. */
export const number = v.pipe(v.union([v.number(), v.pipe(v.string(), v.transform(Number))]), v.finite());
/** Absent, or `N/A`. */
export const optionalNumber = v.optional(v.fallback(v.nullable(number), null));
const text = v.optional(v.string());

export const STREAM = v.object({
  index: number,
  id: text,
  codec_type: text,
  codec_name: text,
  codec_tag_string: text,
  profile: text,
  level: optionalNumber,
  width: optionalNumber,
  height: optionalNumber,
  sample_aspect_ratio: text,
  pix_fmt: text,
  field_order: text,
  color_space: text,
  color_primaries: text,
  color_transfer: text,
  color_range: text,
  r_frame_rate: text,
  avg_frame_rate: text,
  time_base: text,
  nb_frames: optionalNumber,
  start_time: optionalNumber,
  duration: optionalNumber,
  bit_rate: optionalNumber,
  channels: optionalNumber,
  sample_rate: optionalNumber,
  bits_per_raw_sample: optionalNumber,
  disposition: v.optional(
    v.object({
      default: optionalNumber,
      attached_pic: optionalNumber,
      comment: optionalNumber,
      visual_impaired: optionalNumber,
      forced: optionalNumber,
      hearing_impaired: optionalNumber,
    }),
    {},
  ),
  tags: v.optional(v.object({ language: text, title: text }), {}),
  side_data_list: v.optional(v.array(v.object({ rotation: optionalNumber })), []),
});

type Stream = v.InferOutput<typeof STREAM>;

/** What a container makes of its streams. */
export type StreamRules = {
  /** The beginning of the timeline, in seconds of the file's own clock. */
  readonly origin: number;
  /** Whether no other stream of the file has its id. */
  readonly hasOwnId: boolean;
  /** Whether its header counts units of its time base, blocks or samples. ffprobe takes these for frames. */
  readonly isCounted: boolean;
};

/** Converts one of ffprobe's streams. */
export function trackOf(stream: Stream, { origin, hasOwnId, isCounted }: StreamRules): Track {
  const language = stream.tags.language;
  const id = hasOwnId ? Number(stream.id) : Number.NaN;
  const base = {
    index: stream.index,
    stream: id > 0 ? `i:${id}` : `${stream.index}`,
    undecodable: null,
    language: language && language !== 'und' ? language : null,
    startSeconds: (stream.start_time ?? origin) - origin,
    durationSeconds: (isCounted ? countedSeconds(stream) : null) ?? stream.duration ?? null,
    isDefault: stream.disposition.default !== 0,
    bitrate: stream.bit_rate ?? null,
  };
  // A stream without a name has no decoder.
  const isNamed = stream.codec_name !== undefined && stream.codec_name !== 'unknown';
  if (stream.codec_type === 'video' && isNamed) return videoTrack(stream, base);
  if (stream.codec_type === 'audio' && isNamed) return audioTrack(stream, base);
  const codec = (isNamed ? stream.codec_name : stream.codec_tag_string) ?? 'unknown';
  if (stream.codec_type === 'subtitle') {
    const label = subtitleLabel(stream.tags.title, {
      isForced: stream.disposition.forced === 1,
      isForHearingImpaired: stream.disposition.hearing_impaired === 1,
    });
    return { ...base, kind: 'subtitle', codec, ...label };
  }
  return { ...base, kind: stream.codec_type === 'data' ? 'data' : 'unknown', codec };
}

function countedSeconds({ nb_frames: units, time_base: base }: Stream): number | null {
  const seconds = (units ?? 0) * (rateOf(base) ?? 0);
  return seconds > 0 ? seconds : null;
}

type Base = Omit<OtherTrack, 'kind' | 'codec'>;

const AAC_OBJECT_TYPES: Readonly<Record<string, string>> = {
  LC: '2',
  'HE-AAC': '5',
  'HE-AACv2': '29',
  Main: '1',
  LTP: '4',
};

function videoTrack(stream: Stream, base: Base): VideoTrack {
  const width = stream.width ?? 0;
  const height = stream.height ?? 0;
  const degrees = stream.side_data_list.find((data) => typeof data.rotation === 'number')?.rotation ?? 0;
  const rotation = (((Math.round(-degrees / 90) * 90) % 360) + 360) % 360;
  const [across = 1, down = 1] = (stream.sample_aspect_ratio ?? '1:1').split(':').map(Number);
  const ratio = across > 0 && down > 0 ? across / down : 1;
  const square = [Math.max(1, Math.round(width * ratio)), height];
  const [displayWidth = width, displayHeight = height] = rotation % 180 === 0 ? square : square.reverse();
  return {
    ...base,
    kind: 'video',
    codec: videoCodecNamed(stream.codec_name ?? ''),
    codecName: stream.codec_name ?? null,
    codecString: stream.codec_name === 'h264' ? h264String(stream) : null,
    codedWidth: width,
    codedHeight: height,
    crop: null,
    displayWidth,
    displayHeight,
    rotation: rotation as VideoTrack['rotation'],
    mirrored: false,
    frameRate: frameRateOf(stream),
    ...samplesOf(stream.pix_fmt ?? ''),
    dynamicRange: dynamicRangeOf(stream.color_transfer),
    colour: colourOf({
      primaries: stream.color_primaries,
      transfer: stream.color_transfer,
      matrix: stream.color_space,
      fullRange: stream.color_range === 'pc',
    }),
    interlaced: ['tt', 'bb', 'tb', 'bt'].includes(stream.field_order ?? ''),
    isCoverArt: stream.disposition.attached_pic === 1,
  };
}

/** Builds the string of RFC 6381 §3.3, without the constraint flags, which ffprobe does not print. */
function h264String({ profile, level }: Stream): string | null {
  const number = H264_PROFILES[profile ?? ''];
  if (number === undefined || !level || level < 9 || level > 62) return null;
  return `avc1.${number}00${level.toString(16).padStart(2, '0')}`;
}

const H264_PROFILES: Readonly<Record<string, string>> = {
  'Constrained Baseline': '42',
  Baseline: '42',
  Main: '4d',
  High: '64',
  'High 10': '6e',
  'High 4:2:2': '7a',
  'High 4:4:4 Predictive': 'f4',
};

function audioTrack(stream: Stream, base: Base): AudioTrack {
  const name = stream.codec_name ?? '';
  const codec = name.startsWith('pcm_') ? 'pcm' : audioCodecNamed(name);
  const objectType = AAC_OBJECT_TYPES[stream.profile ?? ''];
  return {
    ...base,
    kind: 'audio',
    codec,
    codecName: name,
    codecString:
      codec === 'aac' ? (objectType ? `mp4a.40.${objectType}` : null) : (CODEC_STRINGS[codec] ?? null),
    channels: stream.channels ?? 0,
    sampleRate: stream.sample_rate ?? 0,
    bitsPerSample: codec === 'flac' ? (stream.bits_per_raw_sample ?? null) : null,
    ...audioLabel(stream.tags.title, {
      isCommentary: stream.disposition.comment === 1,
      isDescription: stream.disposition.visual_impaired === 1,
    }),
    codecDelaySeconds: 0,
  };
}

const CODEC_STRINGS: Readonly<Partial<Record<AudioCodec, string>>> = {
  mp3: 'mp3',
  opus: 'opus',
  vorbis: 'vorbis',
  flac: 'flac',
  ac3: 'ac-3',
  eac3: 'ec-3',
};

/** Returns the nominal rate if the average agrees with it, otherwise the average. */
function frameRateOf(stream: Stream): FrameRate | null {
  const nominal = rateOf(stream.r_frame_rate);
  const average = rateOf(stream.avg_frame_rate) ?? nominal;
  if (nominal === null || average === null) return null;
  const usual = snap(nominal, 5e-4);
  if (usual && Math.abs(average / nominal - 1) < 0.02) return { ...usual, constant: true };
  // From millisecond time stamps ffprobe concludes up to 1000 frames per second in short files.
  const rate = average <= 240 ? average : nominal;
  return { numerator: Math.max(1, Math.round(rate * 1000)), denominator: 1000, constant: false };
}

function rateOf(ratio: string | undefined): number | null {
  const [numerator = 0, denominator = 0] = (ratio ?? '').split('/').map(Number);
  const rate = numerator / denominator;
  return Number.isFinite(rate) && rate > 0 ? rate : null;
}

function samplesOf(format: string): Pick<VideoTrack, 'bitDepth' | 'chroma'> {
  const match = /^(?:yuva?j?(420|422|444)p|gray)(9|10|12|14|16)?(?:le|be)?$/.exec(format);
  if (!match) return format === 'nv12' ? { bitDepth: 8, chroma: '4:2:0' } : { bitDepth: null, chroma: null };
  const chroma = match[1] ? CHROMA[match[1]] : 'monochrome';
  return { bitDepth: Number(match[2] ?? 8), chroma: chroma ?? null };
}

const CHROMA: Readonly<Record<string, VideoTrack['chroma']>> = { 420: '4:2:0', 422: '4:2:2', 444: '4:4:4' };

function dynamicRangeOf(transfer: string | undefined): VideoTrack['dynamicRange'] {
  if (transfer === 'smpte2084') return 'pq';
  if (transfer === 'arib-std-b67') return 'hlg';
  return transfer && transfer !== 'unknown' ? 'sdr' : null;
}
