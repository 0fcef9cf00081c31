import type { RandomAccess } from '../../source/bytes.ts';
import { elements, find, unsigned } from './ebml.ts';
import { ID } from './matroska-ids.ts';
import { readTopElement } from './matroska-top.ts';

/** Position of a keyframe by the index of a Matroska file (RFC 9559 §5.1.5). */
export type Cue = {
  /** Seconds on the file's own clock. */
  readonly seconds: number;
  /** Its position in the file, or that of its cluster if the index tells no more. */
  readonly at: number;
  /** True if that is the position of a block. */
  readonly isBlock: boolean;
};

/**
 * Reads the keyframes of each track, by its number, in rising order, with two or three reads, whatever the
 * length of the file. Null if the file has no such index, or none that can be found from its head.
 */
export async function readCues(file: RandomAccess): Promise<ReadonlyMap<number, readonly Cue[]> | null> {
  const index = await readCueIndex(file);
  return index && byTrack(index);
}

/** The index as it is stored. */
export type CueIndex = {
  /** Its cue points (RFC 9559 §5.1.5.1). */
  readonly points: Uint8Array;
  readonly tickSeconds: number;
  /** The position in the file from which clusters are counted. */
  readonly origin: number;
  readonly sizeBytes: number;
};

/** Reads the index; null if the file has none, or none that can be found from its head. */
export async function readCueIndex(file: RandomAccess): Promise<CueIndex | null> {
  const found = await readTopElement(file, ID.cues);
  return found && { ...found, points: found.content, sizeBytes: file.sizeBytes };
}

function byTrack({ points: cues, tickSeconds, origin, sizeBytes }: CueIndex): Map<number, Cue[]> {
  const found = new Map<number, Cue[]>();
  for (const point of elements(cues, 0, cues.length)) {
    const time = point.id === ID.cuePoint ? find(cues, point, ID.cueTime) : undefined;
    if (!time) continue;
    const seconds = unsigned(cues, time) * tickSeconds;
    for (const positions of elements(cues, point.start, point.end)) {
      const track = positions.id === ID.cueTrackPositions && find(cues, positions, ID.cueTrack);
      const cluster = track && find(cues, positions, ID.cueClusterPosition);
      if (!track || !cluster) continue;
      const number = unsigned(cues, track);
      const within = find(cues, positions, ID.cueRelativePosition);
      const at = origin + unsigned(cues, cluster) + (within ? unsigned(cues, within) : 0);
      const list = found.get(number) ?? [];
      const last = list.at(-1);
      // Neither writers nor damage may lead back in time, or out of the file.
      const isNext = last === undefined || (seconds > last.seconds && at >= last.at);
      if (isNext && at < sizeBytes) list.push({ seconds, at, isBlock: within !== undefined });
      found.set(number, list);
    }
  }
  return found;
}
