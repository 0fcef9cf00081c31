import type { RandomAccess } from '../../source/bytes.ts';
import { type Element, elements, find, unsigned } from './ebml.ts';
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

/** A place that the index names for a track. */
export type CuePosition = {
  readonly trackNumber: number;
  readonly ticks: number;
  /** Start of its cluster's header in the file; null if the index does not tell. */
  readonly clusterAt: number | null;
  /** From the end of that header to the block; null if the index does not tell. */
  readonly within: number | null;
  /** The element itself, among the points. */
  readonly element: Element;
};

/** Yields all places of an index, in its order. */
export function* cuePositions({ points, origin }: CueIndex): Generator<CuePosition, void, void> {
  for (const point of elements(points, 0, points.length)) {
    const time = point.id === ID.cuePoint ? find(points, point, ID.cueTime) : undefined;
    if (!time) continue;
    const ticks = unsigned(points, time);
    for (const element of elements(points, point.start, point.end)) {
      const track = element.id === ID.cueTrackPositions && find(points, element, ID.cueTrack);
      if (!track) continue;
      const cluster = find(points, element, ID.cueClusterPosition);
      const within = find(points, element, ID.cueRelativePosition);
      yield {
        trackNumber: unsigned(points, track),
        ticks,
        clusterAt: cluster ? origin + unsigned(points, cluster) : null,
        within: within ? unsigned(points, within) : null,
        element,
      };
    }
  }
}

function byTrack(index: CueIndex): Map<number, Cue[]> {
  const found = new Map<number, Cue[]>();
  for (const { trackNumber, ticks, clusterAt, within } of cuePositions(index)) {
    if (clusterAt === null) continue;
    const seconds = ticks * index.tickSeconds;
    const at = clusterAt + (within ?? 0);
    const list = found.get(trackNumber) ?? [];
    const last = list.at(-1);
    // Neither writers nor damage may lead back in time, or out of the file.
    const isNext = last === undefined || (seconds > last.seconds && at >= last.at);
    if (isNext && at < index.sizeBytes) list.push({ seconds, at, isBlock: within !== null });
    found.set(trackNumber, list);
  }
  return found;
}
