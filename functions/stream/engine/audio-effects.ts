import type { AudioEncode } from '../plan/audio-encode.ts';

/** One gain for a whole output, and whether its peaks have to be limited for it. */
export type Gain = { readonly decibels: number; readonly isLimited: boolean };

export const UNCHANGED: Gain = { decibels: 0, isLimited: false };

/** EBU R128 allows no more, in dB of true peak. */
export const MOST_PEAK = -1;

/** Seconds of the window in which ffmpeg's stretcher looks for a place where waves fit, at most. */
const WINDOW_SECONDS = 0.0235;
/** By a sample rate, ffmpeg chooses a window of a 24th of a second; only its number of samples counts. */
const WINDOWS_A_SECOND = 24;
/** What the stretcher swallows at the end, at most, in seconds of its output. */
const SWALLOWED_SECONDS = 0.06;
/** Seconds by which it is early, and for each unit of how much longer it makes audio: of silence, noise, tones and speech. */
const EARLY_SECONDS = 0.002;
const EARLIER_SECONDS = 0.01;

/**
 * Returns filters that make audio faster at the same pitch. `seconds`: the length of the result; null to let it end up to
 * a tenth of a second late. ffmpeg's stretcher moves each tone to where waves fit: by 6 ms at most up to double speed
 * and 8 ms above, since the window that it takes is half of its usual one.
 */
export function speedFilters(factor: number, sampleRate: number, seconds: number | null): string[] {
  const window = 2 ** Math.floor(Math.log2(sampleRate * WINDOW_SECONDS));
  // The 2018 build takes 2 at most, and current ones drop samples above it.
  const steps = factor > 2 ? 2 : 1;
  const tempo = (factor ** (1 / steps)).toFixed(7);
  const early = Math.round((EARLY_SECONDS + Math.max(0, 1 / factor - 1) * EARLIER_SECONDS) * sampleRate);
  return [
    `apad=pad_len=${Math.ceil(SWALLOWED_SECONDS * factor * sampleRate)}`,
    `asetrate=${window * WINDOWS_A_SECOND}`,
    ...Array.from({ length: steps }, () => `atempo=${tempo}`),
    `asetrate=${sampleRate}`,
    `asetpts=N+${early}`,
    'aresample=async=1:first_pts=0',
    ...(seconds === null ? [] : [`atrim=end_sample=${Math.round(seconds * sampleRate)}`]),
  ];
}

/** What LAME takes from all audio, in dB, below so many bits per second. */
const LAME_TAKES = [
  [192_000, 0.45],
  [256_000, 0.22],
] as const;

/** Returns filters that give what the encoder will take. */
export function encoderFilters({ codec, bitrate }: AudioEncode): string[] {
  const takes = codec === 'mp3' && LAME_TAKES.find(([below]) => (bitrate ?? 0) < below);
  return takes ? [`volume=${takes[1]}dB`] : [];
}

/** Returns filters with which all of an output is louder or quieter, without peaks above `MOST_PEAK` if it is limited. */
export function gainFilters({ decibels, isLimited }: Gain, sampleRate: number): string[] {
  const volume = `volume=${decibels.toFixed(3)}dB`;
  if (!isLimited) return [volume];
  // The limiter sees samples, and peaks lie between them; it is late by its attack.
  const [rate, attackMilliseconds] = [4 * sampleRate, 5];
  const late = Math.round((rate * attackMilliseconds) / 1000);
  return [
    volume,
    `aresample=${rate}`,
    `apad=pad_len=${late}`,
    `alimiter=limit=${(10 ** (MOST_PEAK / 20)).toFixed(4)}:level=0:attack=${attackMilliseconds}:release=50`,
    `atrim=start_sample=${late}`,
    `asetpts=PTS-${late}`,
    `aresample=${sampleRate}`,
  ];
}

/** Returns the filter that follows what is heard with its gain; it hands on 192 kHz. */
export function adaptiveFilters(lufs: number, sampleRate: number): string[] {
  return [`loudnorm=I=${lufs}:TP=${MOST_PEAK}:LRA=20`, `aresample=${sampleRate}`];
}

/** Returns filters that print what `readLoudness` reads; peaks are known once they are limited. */
export function measuringFilters({ isLimited }: Gain): string[] {
  return [`ebur128=peak=${isLimited ? 'none' : 'true'}:metadata=1`, 'ametadata=print:file=-'];
}

/** ffmpeg's names of the usual layouts; AC-3 has its surround channels at the side, AAC and Opus behind. */
export const LAYOUTS = { 1: 'mono', 2: 'stereo', 6: '5.1' } as const;

/** Returns filters for the sampling of an output, on which all of these count. */
export function samplingFilters({
  sampleRate,
  channels,
}: Pick<AudioEncode, 'sampleRate' | 'channels'>): string[] {
  return [`aresample=${sampleRate}`, `aformat=sample_fmts=fltp:channel_layouts=${LAYOUTS[channels]}`];
}
