import type { TrackLoudness } from '../media/model/findings.ts';
import type { Media } from '../media/model/media.ts';
import { audioNumber } from './audio-encode.ts';
import type { Output } from './output.ts';
import { sourcesOf } from './plan-input.ts';

/** Says what the measurement of an output tells of its source; null for one of a part, or at another speed. */
export function foundLoudness(
  media: Media,
  output: Output,
  { lufs, peak }: { readonly lufs: number; readonly peak: number },
): TrackLoudness | null {
  const { audio, startSeconds, durationSeconds, speed } = output;
  const { audio: track } = sourcesOf(media, output);
  const isWhole = startSeconds === 0 && durationSeconds === null && speed === null;
  if (!isWhole || track === null || audio?.kind !== 'encode') return null;
  return {
    audio: audioNumber(media, track),
    channels: audio.channels,
    integrated: rounded(lufs),
    truePeak: rounded(peak),
  };
}

/** To a tenth, as the recommendation states loudness. */
function rounded(decibels: number): number {
  return Math.round(decibels * 10) / 10;
}
