import type { RandomAccess } from '../../source/bytes.ts';
import { readRanges } from '../../source/read-ranges.ts';
import type { TextBlock } from '../model/text-block.ts';
import { elementAt, readBlock } from './block-content.ts';
import { elements, find, unsigned } from './ebml.ts';
import { type CueIndex, readCueIndex } from './matroska-cues.ts';
import { ID } from './matroska-ids.ts';

/** Most blocks hold a line or two. */
const BLOCK_BYTES = 512;
/** Larger ones are no text. */
const MOST_BLOCK_BYTES = 256 * 1024;
const CLUSTER_HEADER_BYTES = 12;

/** Where the index says that a block lies. */
type Place = {
  readonly ticks: number;
  readonly durationTicks: number | null;
  /** Start of its cluster's header. */
  readonly clusterAt: number;
  /** From the end of that header. */
  readonly within: number;
};

/**
 * Reads the blocks of a subtitle track by the file's index, and nothing of the film beside them. Null if the
 * index does not name all of them, as without `CueRelativePosition`.
 */
export async function readIndexedText(
  file: RandomAccess,
  trackNumber: number,
): Promise<readonly TextBlock[] | null> {
  const index = await readCueIndex(file);
  const places = index && placesOf(index, trackNumber);
  if (!index || places === null || places.length === 0) return null;
  const header = await headerBytes(file, places[0]?.clusterAt ?? 0);
  const read = await readRanges(
    file,
    places.map(({ clusterAt, within }) => ({ start: clusterAt + header + within, length: BLOCK_BYTES })),
  );
  const blocks: TextBlock[] = [];
  for (const [i, place] of places.entries()) {
    const block = await blockAt(file, place, read[i] ?? new Uint8Array(), trackNumber);
    if (block === null) return null;
    const { tickSeconds } = index;
    const duration = block.durationTicks ?? place.durationTicks;
    blocks.push({
      startSeconds: place.ticks * tickSeconds,
      endSeconds: duration === null ? null : (place.ticks + duration) * tickSeconds,
      data: block.data,
    });
  }
  return blocks;
}

function placesOf({ points, origin, sizeBytes }: CueIndex, trackNumber: number): readonly Place[] | null {
  const places: Place[] = [];
  for (const point of elements(points, 0, points.length)) {
    const time = point.id === ID.cuePoint ? find(points, point, ID.cueTime) : undefined;
    if (!time) continue;
    for (const positions of elements(points, point.start, point.end)) {
      const track = positions.id === ID.cueTrackPositions && find(points, positions, ID.cueTrack);
      if (!track || unsigned(points, track) !== trackNumber) continue;
      const cluster = find(points, positions, ID.cueClusterPosition);
      const within = find(points, positions, ID.cueRelativePosition);
      const duration = find(points, positions, ID.cueDuration);
      const clusterAt = origin + (cluster ? unsigned(points, cluster) : sizeBytes);
      if (!within || clusterAt >= sizeBytes) return null;
      places.push({
        ticks: unsigned(points, time),
        durationTicks: duration ? unsigned(points, duration) : null,
        clusterAt,
        within: unsigned(points, within),
      });
    }
  }
  return places;
}

/** Returns the length of a cluster's header, which is the same for nearly all clusters of a file. */
async function headerBytes(file: RandomAccess, clusterAt: number): Promise<number> {
  const bytes = await file.read(clusterAt, clusterAt + CLUSTER_HEADER_BYTES);
  const cluster = elementAt(bytes, 0);
  return cluster?.id === ID.cluster ? cluster.start : CLUSTER_HEADER_BYTES;
}

/** Returns the block; looks again where this cluster's header has another length, or the block is long. */
async function blockAt(file: RandomAccess, place: Place, read: Uint8Array, trackNumber: number) {
  const own = (bytes: Uint8Array) => {
    const element = elementAt(bytes, 0);
    const block = element && readBlock(bytes, element);
    return block?.trackNumber === trackNumber ? block : null;
  };
  const block = own(read);
  if (block !== null) return block;
  const start = place.clusterAt + (await headerBytes(file, place.clusterAt)) + place.within;
  const head = elementAt(await file.read(start, start + BLOCK_BYTES), 0);
  if (!head || head.declaredEnd === 0 || head.declaredEnd > MOST_BLOCK_BYTES) return null;
  return own(await file.read(start, start + head.declaredEnd));
}
