import { excessOf, type Limits } from '../base/limits.ts';
import type { Prediction } from './predict.ts';

/**
 * The integrated loudness that an output is to have (EBU R128). `measured`: it is measured first, and then changed by
 * one gain for all of it. `adaptive`: in one pass, by a gain that follows what was heard.
 */
export type Loudness = { readonly kind: 'measured' | 'adaptive'; readonly lufs: number };

/** Seconds of audio that one core decodes and measures in a second, the measurements of a limited output included. */
const MEASURING_SPEED = 40;

/** Predicts the measurement of so many seconds; null without a duration. */
export function measuringSeconds(lengthSeconds: number | null): Prediction['seconds'] {
  return lengthSeconds === null ? null : lengthSeconds / MEASURING_SPEED;
}

/** Decides how an output of so many seconds gets its loudness. */
export function planLoudness(lufs: number, lengthSeconds: number | null, limits: MeasuringLimits): Loudness {
  return { kind: measuringExcess(lengthSeconds, limits) === null ? 'measured' : 'adaptive', lufs };
}

type MeasuringLimits = Pick<Limits, 'maxMeasuringSeconds'>;

/** Says why the loudness of a stretch is not measured before its first byte; null if it is. */
export function measuringExcess(lengthSeconds: number | null, limits: MeasuringLimits): string | null {
  if (limits.maxMeasuringSeconds === Number.POSITIVE_INFINITY) return null;
  const seconds = measuringSeconds(lengthSeconds);
  if (seconds === null) return 'The duration of what would be measured is unknown';
  return excessOf('maxMeasuringSeconds', Math.ceil(seconds), limits);
}
