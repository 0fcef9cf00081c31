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
/** The last readings are at most so many bytes before the end. */
const TAIL_BYTES = 4096;
/** Peaks are written with three decimals. */
const ROUNDED_PEAK = 0.0005;

/** Reads what ffmpeg's `ebur128` prints of an output, of which the last reading counts for all of it. */
export async function readLoudness(printed: AsyncIterable<Uint8Array>): Promise<Measured> {
  let tail = '';
  for await (const chunk of printed) {
    tail = (tail + Buffer.from(chunk).toString('latin1')).slice(-TAIL_BYTES);
  }
  const lufs = Number([...tail.matchAll(/r128\.I=(-?[\d.]+)/g)].at(-1)?.[1] ?? SILENCE);
  const last = tail.slice(Math.max(0, tail.lastIndexOf('frame:')));
  const peaks = [...last.matchAll(/true_peaks_ch\d=([\d.]+)/g)].map(([, peak]) => Number(peak));
  if (lufs <= SILENCE) return null;
  return { lufs, peak: 20 * Math.log10(Math.max(0, ...peaks) + ROUNDED_PEAK) };
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
