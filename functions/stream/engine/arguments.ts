import type { BurntText } from '../plan/burnt.ts';
import type { AudioOutput, Output, VideoOutput } from '../plan/output.ts';
import type { Speed } from '../plan/speed.ts';
import {
  adaptiveFilters,
  encoderFilters,
  type Gain,
  gainFilters,
  measuringFilters,
  samplingFilters,
  speedFilters,
  UNCHANGED,
} from './audio-effects.ts';
import { gaplessFilters } from './audio-places.ts';
import type { SourceGrid } from './audio-segment-arguments.ts';
import { colourArguments } from './colour-arguments.ts';
import { h264Arguments } from './h264.ts';
import { inputArguments } from './input-arguments.ts';
import {
  burnFilters,
  type FilledGrid,
  filledGridFilters,
  paceFilters,
  rateText,
  type VideoEncode,
  videoFilters,
} from './video-filters.ts';

export type FfmpegArguments = {
  readonly input: readonly string[];
  readonly output: readonly string[];
  /** The subtitles that a filter draws, whose script it reads. */
  readonly burnt?: BurntText;
};

/**
 * How ffmpeg reaches the start of an output. `seek`: its demuxer finds the place. `clock`: everything that it
 * is given is read, whose clock shows `originSeconds` where the file's timeline begins, or if `isSought`, its demuxer
 * finds the place by that clock. `count`: the file is decoded from its beginning.
 */
export type Approach =
  | { readonly kind: 'seek' | 'count' }
  | { readonly kind: 'clock'; readonly originSeconds: number; readonly isSought?: true };

export type OutputSurroundings = {
  /** How to correct the times of the audio track. */
  readonly audioGrid?: SourceGrid;
  /** Whether samples are rounded to 16 bits, and clipped, before their channels are mixed; else after that. */
  readonly isRoundedFirst?: boolean;
  /** Start of the audio track on the file's timeline. */
  readonly audioStartSeconds?: number;
  readonly muxer?: readonly string[];
  /** What its loudness takes, once that has been measured. */
  readonly gain?: Gain;
  /** Prints the loudness of the audio on the way. */
  readonly isMeasured?: boolean;
  /** Length of the audio, on the output's timeline; null if it is unknown. */
  readonly heardSeconds?: number | null;
  readonly approach?: Approach;
};

/**
 * Returns ffmpeg's arguments for one output, without the input's address. Only numbers and names of fixed
 * sets go in. The choice of options rests on facts measured with the build of December 2018.
 */
export function ffmpegArguments(
  output: Output,
  limits: { readonly maxPixels: number },
  {
    muxer = muxerArguments(output),
    approach = { kind: 'seek' },
    audioGrid = { kind: 'exact' },
    audioStartSeconds = 0,
    isRoundedFirst = false,
    ...effects
  }: OutputSurroundings = {},
): FfmpegArguments {
  const { video, audio, startSeconds, durationSeconds, speed } = output;
  const prerollSeconds = approach.kind === 'count' ? startSeconds : output.prerollSeconds;
  // The cut is within the filters: the input's own cuts know nothing of the frames that fill the grid. Input
  // given by its clock has not been cut before.
  const cutSeconds = prerollSeconds > 0 || approach.kind === 'clock' ? prerollSeconds : null;
  const grid = { cutSeconds: cutSeconds ?? 0, phaseSeconds: output.phaseSeconds };
  return {
    ...(video?.kind === 'encode' && video.burnt && { burnt: video.burnt.text }),
    input: [
      ...inputArguments(limits),
      // No decoder conceals damage in copied packets: a packet that the file's end cuts off is left out.
      ...(video?.kind === 'copy' || audio?.kind === 'copy' ? ['-fflags', '+discardcorrupt'] : []),
      ...approachArguments(approach, startSeconds - prerollSeconds),
    ],
    output: [
      ...(video === null ? ['-vn'] : videoArguments(video, grid, speed)),
      ...(audio === null
        ? ['-an']
        : audioArguments(audio, {
            grid: audioGrid,
            cutSeconds,
            isRoundedFirst,
            // Output that ffmpeg's demuxer sought may begin later as well: in a gap, or with frames that
            // cannot be decoded yet.
            isLate: audioStartSeconds > startSeconds || (startSeconds > 0 && cutSeconds === null),
            effects: effectFilters(output, audio, effects),
          })),
      ...(durationSeconds === null ? [] : ['-t', String(durationSeconds / (speed?.factor ?? 1))]),
      ...['-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
      ...['-fflags', '+bitexact', '-flags', '+bitexact', '-max_muxing_queue_size', '4096'],
      ...muxer,
    ],
  };
}

function approachArguments(approach: Approach, seconds: number): string[] {
  if (approach.kind === 'clock') {
    const { originSeconds, isSought } = approach;
    const shown = originSeconds + seconds;
    return [
      // With `-seek_timestamp` ffmpeg subtracts nothing but this offset, whatever time it finds first; without `-copyts` it
      // would make audio late that overlaps the recording before.
      ...['-copyts', '-seek_timestamp', '1', '-itsoffset', (-shown).toFixed(6)],
      // ffmpeg's own cut would count without the offset.
      ...(isSought && seconds > 0 ? ['-noaccurate_seek', '-ss', shown.toFixed(6)] : []),
    ];
  }
  // Near the start, -ss is left out altogether: `-ss 0` would skip an AAC track's priming twice.
  return approach.kind === 'seek' && seconds > 0 ? ['-ss', String(seconds)] : [];
}

/** Returns what changes the audio once it is in place. */
function effectFilters(
  { speed, loudness }: Output,
  audio: AudioOutput,
  { gain = UNCHANGED, isMeasured = false, heardSeconds = null }: OutputSurroundings,
): string[] {
  if (audio.kind === 'copy' || (speed === null && loudness === null)) return [];
  const { sampleRate } = audio;
  return [
    ...samplingFilters(audio),
    ...(speed === null ? [] : speedFilters(speed.factor, sampleRate, heardSeconds)),
    ...(loudness?.kind === 'adaptive' ? adaptiveFilters(loudness.lufs, sampleRate) : []),
    ...(gain === UNCHANGED ? [] : gainFilters(gain, sampleRate)),
    ...(isMeasured ? measuringFilters(gain) : []),
    ...(loudness === null ? [] : encoderFilters(audio)),
  ];
}

function videoArguments(video: VideoOutput, grid: FilledGrid, speed: Speed | null): string[] {
  const stream = `0:${video.stream}`;
  if (video.kind === 'copy') return ['-map', stream, '-c:v', 'copy'];
  const { codec, maxBitrate, frameRate } = video;
  const group = String(Math.max(1, Math.round((2 * frameRate.numerator) / frameRate.denominator)));
  const pace = speed?.frames ?? null;
  const filters = [
    // The frame shown at the start is there from 0 on, whether its own time is earlier or later.
    ...filledGridFilters(pace === null ? video : { ...video, frameRate: pace.grid }, grid),
    ...(pace === null ? [] : paceFilters(frameRate, pace.step)),
    ...videoFilters(video),
    ...burnFilters(video),
  ];
  return [
    // The graph is complex, since a simple one would copy the source's display matrix to the upright video.
    ...['-filter_complex', `[${stream}]${filters.join(',')}[video]`, '-map', '[video]'],
    ...(pace === null ? ['-vsync', 'vfr'] : pacedArguments(codec, frameRate)),
    ...['-g', group],
    ...encoderArguments(codec, maxBitrate),
    ...colourArguments(video.colour.encoded),
  ];
}

/** Returns the clock of frames whose times were changed: filters keep the old rate, by which ffmpeg would round them. */
function pacedArguments(codec: VideoEncode['codec'], rate: VideoEncode['frameRate']): string[] {
  // WebM declares the rate, which newer builds take only beside their own choice of `-vsync`; for MP4 that one would
  // repeat a frame.
  if (codec !== 'h264') return ['-r', rateText(rate)];
  return ['-vsync', 'vfr', '-enc_time_base:v', `${rate.denominator}:${rate.numerator}`];
}

function encoderArguments(codec: 'h264' | 'vp8' | 'vp9', maxBitrate: number): string[] {
  if (codec === 'h264') return h264Arguments(maxBitrate, 1);
  const ceiling = ['-maxrate:v', String(maxBitrate), '-bufsize:v', String(maxBitrate)];
  const encoder = codec === 'vp9' ? ['libvpx-vp9', '-row-mt', '1', '-tile-columns', '2'] : ['libvpx'];
  return [
    ...[
      '-c:v',
      ...encoder,
      '-deadline',
      'realtime',
      '-cpu-used',
      '8',
      '-lag-in-frames',
      '0',
      '-auto-alt-ref',
      '0',
    ],
    // The real-time encoder overshoots its average by half; the ceiling must hold.
    ...['-b:v', String(Math.round(maxBitrate * 0.65)), ...ceiling],
  ];
}

type AudioPlace = {
  readonly grid: SourceGrid;
  readonly cutSeconds: number | null;
  readonly isLate: boolean;
  readonly isRoundedFirst: boolean;
  readonly effects: readonly string[];
};

function audioArguments(audio: AudioOutput, place: AudioPlace): string[] {
  const map = ['-map', `0:${audio.stream}`];
  if (audio.kind === 'copy') {
    // Transport streams carry ADTS headers, which MP4 does not; audio without them passes the filter
    // unchanged.
    return [...map, '-c:a', 'copy', ...(audio.codec === 'aac' ? ['-bsf:a', 'aac_adtstoasc'] : [])];
  }
  const { grid, cutSeconds, isLate, isRoundedFirst, effects } = place;
  const mixing = isRoundedFirst ? ['internal_sample_fmt=s16p'] : [];
  return [
    ...map,
    ...['-c:a', ...ENCODERS[audio.codec], '-ac', String(audio.channels), '-ar', String(audio.sampleRate)],
    ...['-af', [...gaplessFilters(grid, cutSeconds, isLate, mixing), ...effects].join(',')],
    ...(audio.bitrate === null ? [] : ['-b:a', String(audio.bitrate)]),
    ...(audio.codec === 'flac' && audio.bits === 16 ? ['-sample_fmt', 's16'] : []),
  ];
}

/** Of the two coders of ffmpeg's AAC encoder, this one is closer to the source, by far for pure tones. */
export const AAC_ENCODER = ['aac', '-aac_coder', 'fast'] as const;

const ENCODERS = {
  aac: AAC_ENCODER,
  mp3: ['libmp3lame'],
  opus: ['libopus'],
  flac: ['flac'],
  pcm: ['pcm_s16le'],
} as const;

function muxerArguments(output: Output): string[] {
  switch (output.format) {
    case 'mp4':
      // delay_moov is the variant whose init carries the edit list that starts B-frames and AAC at zero.
      return [
        ...[
          '-movflags',
          '+frag_keyframe+delay_moov+default_base_moof+skip_trailer+write_colr',
          '-frag_duration',
          '500000',
        ],
        ...['-brand', 'iso6', '-f', 'mp4'],
      ];
    case 'webm':
      // Opus begins with samples that its decoder drops, which WebM counts by itself: no other offset is
      // added.
      return ['-avoid_negative_ts', 'disabled', '-cluster_time_limit', '1000', '-f', 'webm'];
    case 'mp3':
      return ['-write_xing', '0', '-id3v2_version', '0', '-f', 'mp3'];
    case 'aac':
      return ['-f', 'adts'];
    case 'opus':
      return ['-page_duration', '200000', '-f', 'ogg'];
    case 'flac':
      return ['-f', 'flac'];
    case 'wav':
      return ['-f', 'wav'];
    default:
      return output.format satisfies never;
  }
}
