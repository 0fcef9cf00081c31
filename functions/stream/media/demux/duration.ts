import type { Input } from 'mediabunny';
import type { RandomAccess } from '../../source/bytes.ts';
import type { ContainerTrack } from '../model/container.ts';
import type { Container } from '../model/containers.ts';
import { ReadLimit } from './bounded-reads.ts';
import { hasFrameCount } from './mp3.ts';

/** MPEG audio without an index has to be walked frame by frame, a tenth of a second of CPU per megabyte. */
const WALK_BYTES = 4 * 2 ** 20;

/** Returns the length of an open file, in seconds after `origin`; null if nothing tells it. */
export async function durationOf(
  input: Input,
  container: Container,
  file: RandomAccess,
  origin: number,
  tracks: readonly ContainerTrack[],
): Promise<number | null> {
  const declared = plausible(await input.getDurationFromMetadata());
  if (container === 'wav') return declared === null ? null : wavDuration(declared, file, tracks);
  if (container === 'mp3' && !(await hasFrameCount(file)) && !(await hasConstantBitrate(tracks))) {
    // The demuxer assumed a constant bitrate.
    return file.sizeBytes > WALK_BYTES ? null : measuredDuration(input, 0);
  }
  // A FLAC file without a declared length may change its sample rate on the way.
  if (declared !== null && declared > origin) return declared - origin;
  if (declared !== null || container === 'flac') return declared;
  if (container === 'adts' && file.sizeBytes > WALK_BYTES) return null;
  return measuredDuration(input, origin);
}

/**
 * Returns a header's duration if it is plausible: Matroska writes any number, and the demuxer takes one of
 * the 36 bits of FLAC's sample count for a sign.
 */
function plausible(seconds: number | null): number | null {
  return seconds !== null && seconds > 0 && seconds < LONGEST_SECONDS ? seconds : null;
}

const LONGEST_SECONDS = 2 ** 31;

async function measuredDuration(input: Input, origin: number): Promise<number | null> {
  try {
    const seconds = (await input.computeDuration()) - origin;
    return seconds > 0 ? seconds : null;
  } catch (error) {
    if (error instanceof ReadLimit) return null;
    throw error;
  }
}

/** Judges by the first frames of MPEG audio. */
async function hasConstantBitrate(tracks: readonly ContainerTrack[]): Promise<boolean> {
  const bitrates = new Set<number>();
  let frames = 0;
  for await (const packet of tracks[0]?.packets() ?? []) {
    bitrates.add((packet.data[2] ?? 0) >> 4);
    if (++frames === 200) break;
  }
  return bitrates.size <= 1;
}

/** Corrects the header's duration: a recording that was cut off declares more than the file holds. */
async function wavDuration(declared: number, file: RandomAccess, tracks: readonly ContainerTrack[]) {
  for await (const packet of tracks[0]?.packets() ?? []) {
    if (packet.durationSeconds <= 0) break;
    return Math.min(declared, (file.sizeBytes * packet.durationSeconds) / packet.data.length);
  }
  return declared;
}
