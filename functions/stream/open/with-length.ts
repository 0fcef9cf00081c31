import type { Readable } from 'node:stream';
import { flacWithLength } from '../media/heads/flac.ts';
import { type Front, withFront } from '../media/heads/front.ts';
import { mp3WithLength } from '../media/heads/mp3.ts';
import { mp4WithLength } from '../media/heads/mp4.ts';
import { canTellWav, WAV_HEAD_BYTES, wavWithLength } from '../media/heads/wav.ts';
import { webmWithLength } from '../media/heads/webm.ts';
import { type Output, samplingOf } from '../plan/output.ts';
import type { OutputLength } from '../plan/output-length.ts';

/**
 * Writes the length into the head of ffmpeg's output, which ffmpeg writes before it knows it. Fails as
 * `chunks` does.
 */
export function withLength(
  chunks: AsyncGenerator<Uint8Array, void, void> | Readable,
  output: Output,
  length: OutputLength | null,
): AsyncGenerator<Uint8Array, void, void> | Readable {
  const front = length && frontOf(output, length);
  return front === null ? chunks : withFront(chunks, front);
}

/** Returns the size of a whole WAV file; null if it cannot be known. */
export function wavBytes(output: Output, length: OutputLength): number | null {
  const { channels } = samplingOf(output);
  const samples = samplesOf(output, length);
  return canTellWav(samples, channels) ? WAV_HEAD_BYTES + samples * channels * 2 : null;
}

/** Null for formats that do not store it. */
function frontOf(output: Output, length: OutputLength): Front | null {
  const { video, audio, isExact } = length;
  const samples = samplesOf(output, length);
  switch (output.format) {
    case 'mp4':
      return (bytes) => mp4WithLength(bytes, length);
    case 'webm':
      return (bytes) => webmWithLength(bytes, 1000 * Math.max(video ?? 0, audio ?? 0));
    case 'mp3':
      return (bytes) => mp3WithLength(bytes, { samples, isExact });
    case 'flac':
      return (bytes) => flacWithLength(bytes, samples);
    case 'wav':
      return (bytes) => wavWithLength(bytes, samples);
    case 'aac':
    case 'opus':
      return null;
    default:
      return output.format satisfies never;
  }
}

function samplesOf(output: Output, { audio }: OutputLength): number {
  return Math.round((audio ?? 0) * samplingOf(output).sampleRate);
}
