import type { RandomAccess } from '../../source/bytes.ts';
import type { ContainerTrack } from '../model/container.ts';

/** MPEG audio without an index has to be walked frame by frame, a tenth of a second of CPU per megabyte. */
export const WALK_BYTES = 4 * 2 ** 20;

/** Judges by the first frames of MPEG audio. */
export async function hasConstantBitrate(tracks: readonly ContainerTrack[]): Promise<boolean> {
  const bitrates = new Set<number>();
  let frames = 0;
  for await (const packet of tracks[0]?.packets() ?? []) {
    bitrates.add((packet.data[2] ?? 0) >> 4);
    if (++frames === 200) break;
  }
  return bitrates.size <= 1;
}

/** Corrects the header's duration: a recording that was cut off declares more than the file holds. */
export async function wavDuration(declared: number, file: RandomAccess, tracks: readonly ContainerTrack[]) {
  for await (const packet of tracks[0]?.packets() ?? []) {
    if (packet.durationSeconds <= 0) break;
    return Math.min(declared, (file.sizeBytes * packet.durationSeconds) / packet.data.length);
  }
  return declared;
}
