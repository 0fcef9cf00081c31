import type { Output } from '../plan/output.ts';
import { type Gain, MOST_PEAK, UNCHANGED } from './audio-effects.ts';

/** Integrated loudness in LUFS, and the greatest true peak in dB of full scale; null for silence. */
export type Measured = { readonly lufs: number; readonly peak: number } | null;

type Measure = (gain: Gain) => Promise<Measured>;

/** Measurements after the first, of audio that a limiter left less loud than its gain. */
const MOST_CORRECTIONS = 4;
/** Nobody hears less. */
const NEAR_ENOUGH = 0.1;
const MOST_GAIN = 60;
const LEAST_GIVEN = 0.25;

/**
 * Finds the gain with which audio has a loudness. If its peaks would be too high, they are limited, which takes some of
 * the loudness: then the gain is corrected by what a limited output has. Silence, and what is too short to be measured,
 * stays as it is. Rejects as `measure` does.
 */
export async function gainFor(lufs: number, measure: Measure): Promise<Gain> {
  const source = await measure(UNCHANGED);
  if (source === null) return UNCHANGED;
  let decibels = Math.max(-MOST_GAIN, Math.min(MOST_GAIN, lufs - source.lufs));
  if (source.peak + decibels <= MOST_PEAK) return { decibels, isLimited: false };
  let best = { decibels, distance: Number.POSITIVE_INFINITY };
  let last = { decibels: source.peak > MOST_PEAK ? decibels : MOST_PEAK - source.peak, lufs: source.lufs };
  last.lufs += last.decibels;
  for (let correction = 0; correction < MOST_CORRECTIONS; correction++) {
    const limited = await measure({ decibels, isLimited: true });
    const missing = limited === null ? 0 : lufs - limited.lufs;
    if (Math.abs(missing) < best.distance) best = { decibels, distance: Math.abs(missing) };
    if (limited === null || best.distance <= NEAR_ENOUGH) break;
    // The more is limited, the less loudness each decibel gives.
    const given = (limited.lufs - last.lufs) / (decibels - last.decibels);
    last = { decibels, lufs: limited.lufs };
    decibels = Math.min(MOST_GAIN, decibels + missing / Math.min(1, Math.max(LEAST_GIVEN, given || 1)));
  }
  return { decibels: best.decibels, isLimited: true };
}

/** Below it lies what R128 does not count. */
const SILENCE = -70;
/** Peaks are written with three decimals. */
const ROUNDED_PEAK = 0.0005;

/** What `ebur128` says of a stretch: its loudness so far, and how many tenths of a second that is of. */
type Stretch = { readonly lufs: number; readonly tenths: number };

/**
 * Reads what ffmpeg's `ebur128` prints of an output, of which the last reading counts for all of it. Where the audio changes
 * its channels or rate, ffmpeg measures anew: stretches count by their lengths.
 */
export async function readLoudness(printed: AsyncIterable<Uint8Array>): Promise<Measured> {
  const ended: Stretch[] = [];
  let current: Stretch = { lufs: SILENCE, tenths: 0 };
  let peak = 0;
  let rest = '';
  for await (const chunk of printed) {
    const lines = (rest + Buffer.from(chunk).toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) readLine(line);
  }
  readLine(rest);

  function readLine(line: string): void {
    const [, name, value = ''] =
      /^(frame|lavfi\.r128\.I|lavfi\.r128\.true_peaks_ch\d+)[:=]\s*(-?[\d.]+)/.exec(line) ?? [];
    if (name === undefined) return;
    if (name === 'frame') {
      if (Number(value) === 0 && current.tenths > 0) ended.push(current);
      current = { ...current, tenths: Number(value) + 1 };
    } else if (name === 'lavfi.r128.I') current = { ...current, lufs: Number(value) };
    else peak = Math.max(peak, Number(value));
  }

  const lufs = loudnessOf([...ended, current]);
  return lufs <= SILENCE ? null : { lufs, peak: 20 * Math.log10(peak + ROUNDED_PEAK) };
}

/** Returns the loudness of all stretches that are not silent. */
function loudnessOf(stretches: readonly Stretch[]): number {
  const heard = stretches.filter(({ lufs }) => lufs > SILENCE);
  const tenths = heard.reduce((sum, stretch) => sum + stretch.tenths, 0);
  const power = heard.reduce((sum, stretch) => sum + stretch.tenths * 10 ** (stretch.lufs / 10), 0);
  return tenths === 0 ? SILENCE : 10 * Math.log10(power / tenths);
}

/** The audio of an output alone, as it is measured. */
export function measuredOutput(output: Output): Output {
  const { audio, speed } = output;
  return {
    ...output,
    video: null,
    phaseSeconds: 0,
    speed: speed && { ...speed, frames: null },
    audio: audio?.kind === 'encode' ? { ...audio, codec: 'pcm', bitrate: null } : audio,
  };
}
