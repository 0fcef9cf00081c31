import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ebmlPositions, headerPositions, mutant } from '../testing/mutants.ts';
import { corpusDirectory } from '../testing/needs.ts';
import { seeded } from '../testing/seeded.ts';

export type Mutant = {
  /** A name with the original's extension, since that decides how the bytes are shown. */
  readonly name: string;
  /** The mutation and the file, for people. */
  readonly what: string;
  readonly bytes: Buffer;
  /** A query of `/stream` for one definite output. */
  readonly query: string;
};

/**
 * Returns the mutant number `index` of a seed: always the same. The originals take turns, by their names in
 * the corpus.
 */
export function mutantAt(seed: number, index: number, originals: readonly string[]): Mutant {
  const random = seeded(seed * 1_000_003 + index);
  const pick = (below: number) => Math.floor(random() * below);
  const original = originals[index % originals.length] ?? '';
  const bytes = readFileSync(join(corpusDirectory, original));
  const kind = bytes.length === 0 ? 'nothing' : (KINDS[pick(KINDS.length)] ?? 'lies');
  return {
    name: `${index}${extname(original)}`,
    what: `${kind} in ${original}`,
    bytes: changed(bytes, kind, random, pick),
    query: QUERIES[pick(QUERIES.length)] ?? '',
  };
}

const KINDS = ['flips', 'flips', 'lies', 'lies', 'lies', 'cut', 'zeroes', 'repeat', 'swap'] as const;

/** Small and short, since the reading is attacked; each ends in another muxer. */
const QUERIES = [
  'format=mp4&height=64&duration=1',
  'format=webm&height=48&duration=0.5',
  'format=mp4&start=0.5&duration=0.5&height=48',
  'format=mp3&duration=2',
  'format=aac&start=1',
  'format=opus&duration=2',
  'format=flac&duration=1',
  'format=wav&duration=2&audio=0',
  'format=mp3&duration=2&speed=1.5&loudness=-16&metadata=keep',
];

function changed(
  original: Buffer,
  kind: (typeof KINDS)[number] | 'nothing',
  random: () => number,
  pick: (below: number) => number,
): Buffer {
  const size = original.length;
  const [from, to] = [pick(size), pick(size)].sort((a, b) => a - b) as [number, number];
  switch (kind) {
    case 'nothing':
      return original;
    case 'flips': {
      const bytes = Buffer.from(original);
      // Headers are at the beginning or at the end, most often.
      const [start, length] =
        [
          [0, size],
          [0, Math.min(size, 4_096)],
          [Math.max(0, size - 4_096), 4_096],
        ][pick(3)] ?? [];
      for (let times = 1 + pick(40); times > 0; times--) {
        const at = Math.min(size - 1, (start ?? 0) + pick(length ?? size));
        bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << pick(8)), at);
      }
      return bytes;
    }
    case 'lies':
      return mutant(original, positions(original), random);
    case 'cut':
      return original.subarray(0, from);
    case 'zeroes':
      return Buffer.from(original).fill(0, from, Math.min(to, from + 4_096));
    case 'repeat':
      return Buffer.concat([original.subarray(0, to), original.subarray(from)]);
    case 'swap':
      return Buffer.concat([original.subarray(from), original.subarray(0, from)]);
    default:
      return kind satisfies never;
  }
}

/** Positions of sizes and counts, by the kind of file. */
function positions(bytes: Buffer): readonly number[] {
  const found = bytes.readUInt32BE(0) === 0x1a45_dfa3 ? ebmlPositions(bytes) : headerPositions(bytes);
  // For other kinds the beginning, and packets of a transport stream.
  return found.length > 0 ? found : [0, 4, 12, 36, 188, 376, 564];
}
