import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { movieFile } from '../../testing/movie-file.ts';
import { corpusDirectory, has } from '../../testing/needs.ts';
import type { TargetName } from './messages.ts';

const MOST_BYTES = 48 * 1024;

/** Files that a target starts with. */
export function seedsOf(target: TargetName): Buffer[] {
  return target === 'isobmff'
    ? [...syntheticSeeds(), ...corpusSeeds(/\.(mp4|m4a|3gp)$/)]
    : corpusSeeds(/\.(mkv|webm|ts|ogg|opus|mp3|wav|flac|aac)$/);
}

/**
 * The beginnings of the corpus's files with these extensions, and short ones whole; none without a corpus.
 */
function corpusSeeds(extensions: RegExp): Buffer[] {
  if (!has('corpus')) return [];
  return readdirSync(corpusDirectory, { recursive: true, encoding: 'utf8' })
    .filter((name) => extensions.test(name))
    .sort()
    .map((name) => readFileSync(join(corpusDirectory, name)).subarray(0, MOST_BYTES));
}

/** Short files with everything that a track can have, so that a mutation meets something relevant. */
function syntheticSeeds(): Buffer[] {
  const sizes = Array.from({ length: 24 }, (_, i) => 20 + i);
  const compositionOffsets = Array.from({ length: 24 }, (_, i) => [40, 80, 0, 0][i % 4] ?? 0);
  const edits = [
    { duration: 100, mediaTime: -1 },
    { duration: 900, mediaTime: 40 },
  ];
  const film = { sizes, compositionOffsets, sync: [1, 9, 17], edits };
  const audio = { handler: 'soun', sizes: Array<number>(30).fill(9), duration: 21, samplesPerChunk: 7 };
  return [
    movieFile({ tracks: [film] }),
    movieFile({ tracks: [{ ...film, wideOffsets: true }, audio] }),
    movieFile({ tracks: [audio] }),
  ];
}
