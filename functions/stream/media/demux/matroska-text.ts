import type { RandomAccess } from '../../source/bytes.ts';
import { readRanges } from '../../source/read-ranges.ts';
import { MOST_BLOCK_BYTES, type TextBlock } from '../model/text-block.ts';
import { refuseLongText } from '../text/cue.ts';
import { find, unsigned } from './ebml.ts';
import { type Block, elementAt, readBlock } from './matroska-block.ts';
import { type CueIndex, cuePositions, readCueIndex } from './matroska-cues.ts';
import { ID } from './matroska-ids.ts';

/** Most blocks hold a line or two. */
const BLOCK_BYTES = 512;
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
 * index does not name all of them, as without `CueRelativePosition`. Throws `too-large`.
 */
export async function readIndexedText(
  file: RandomAccess,
  trackNumber: number,
): Promise<readonly TextBlock[] | null> {
  const index = await readCueIndex(file);
  const places = index && placesOf(index, trackNumber);
  if (!index || places === null || places.length === 0) return null;
  const found = await findBlocks(file, places, trackNumber);
  if (found === null) return null;
  const { tickSeconds } = index;
  return places.map(({ ticks, durationTicks }, i) => {
    const { data, durationTicks: own = null, addition = null } = found[i] ?? { data: new Uint8Array() };
    const duration = own ?? durationTicks;
    return {
      startSeconds: ticks * tickSeconds,
      endSeconds: duration === null ? null : (ticks + duration) * tickSeconds,
      data,
      addition,
    };
  });
}

/**
 * Reads a block at each place; null if there is none. Nearly all clusters of a file have a header of one length, and
 * nearly all blocks are short: the others are read again.
 */
async function findBlocks(
  file: RandomAccess,
  places: readonly Place[],
  trackNumber: number,
): Promise<readonly Block[] | null> {
  const blocks: (Block | null)[] = [];
  const [usual = CLUSTER_HEADER_BYTES] = await headerLengths(file, places.slice(0, 1));
  const first = await readRanges(
    file,
    places.map(({ clusterAt, within }) => ({ start: clusterAt + usual + within, length: BLOCK_BYTES })),
  );
  let shortBytes = 0;
  for (const [i, bytes] of first.entries()) {
    const block = ownBlock(bytes, trackNumber);
    blocks[i] = block;
    // An index may name one block any number of times.
    shortBytes += block?.data.length ?? 0;
  }
  const rest = places.flatMap((place, i) => (blocks[i] ? [] : [{ place, i }]));
  const headers = await headerLengths(
    file,
    rest.map(({ place }) => place),
  );
  const starts = rest.map(({ place }, n) => place.clusterAt + (headers[n] ?? usual) + place.within);
  const second = await readRanges(
    file,
    starts.map((start) => ({ start, length: BLOCK_BYTES })),
  );
  const lengths = second.map((bytes) => elementAt(bytes, 0)?.declaredEnd ?? 0);
  if (lengths.some((length) => length === 0 || length > MOST_BLOCK_BYTES)) return null;
  refuseLongText(
    places.length,
    lengths.reduce((sum, length) => sum + length, shortBytes),
  );
  const last = await readRanges(
    file,
    starts.map((start, n) => ({ start, length: lengths[n] ?? 0 })),
  );
  for (const [n, { i }] of rest.entries()) {
    blocks[i] = ownBlock(last[n] ?? new Uint8Array(), trackNumber);
    if (blocks[i] === null) return null;
  }
  return blocks.filter((block) => block !== null);
}

function ownBlock(bytes: Uint8Array, trackNumber: number): Block | null {
  const element = elementAt(bytes, 0);
  const block = element && readBlock(bytes, element);
  return block?.trackNumber === trackNumber ? block : null;
}

function placesOf(index: CueIndex, trackNumber: number): readonly Place[] | null {
  const { points, sizeBytes } = index;
  const places: Place[] = [];
  for (const { trackNumber: number, ticks, clusterAt, within, element } of cuePositions(index)) {
    if (number !== trackNumber) continue;
    if (within === null || clusterAt === null || clusterAt >= sizeBytes) return null;
    refuseLongText(places.length + 1, 0);
    const duration = find(points, element, ID.cueDuration);
    places.push({ ticks, durationTicks: duration ? unsigned(points, duration) : null, clusterAt, within });
  }
  return places;
}

/** Returns the length of the header of each place's cluster. */
async function headerLengths(file: RandomAccess, places: readonly Place[]): Promise<readonly number[]> {
  const starts = [...new Set(places.map(({ clusterAt }) => clusterAt))];
  const heads = await readRanges(
    file,
    starts.map((start) => ({ start, length: CLUSTER_HEADER_BYTES })),
  );
  const lengths = new Map(
    starts.map((start, i) => {
      const cluster = elementAt(heads[i] ?? new Uint8Array(), 0);
      return [start, cluster?.id === ID.cluster ? cluster.start : CLUSTER_HEADER_BYTES] as const;
    }),
  );
  return places.map(({ clusterAt }) => lengths.get(clusterAt) ?? CLUSTER_HEADER_BYTES);
}
