import type { RandomAccess } from '../source/bytes.ts';
import { readMatroskaChapters } from './demux/matroska-chapters.ts';
import { readMovieText } from './isobmff/movie-text.ts';
import { type Chapter, MAX_CHAPTERS } from './model/chapter.ts';
import { CONTAINERS } from './model/containers.ts';
import type { Probed } from './probe/probe.ts';
import { timedText } from './text/block.ts';

/** A chapter on the file's timeline, of which the end is known. */
export type TimedChapter = Chapter & { readonly endSeconds: number };

/**
 * Reads the chapters of a file, in the order of their starts: Matroska's, and those of MP4 and MOV in a track of their own
 * or in Nero's list. Empty for a file without any, and for other containers.
 */
export async function readChapters(
  { media, movie }: Probed,
  file: RandomAccess,
): Promise<readonly TimedChapter[]> {
  const isMatroska = movie === null && CONTAINERS[media.container].index === 'cues';
  const chapters = isMatroska ? await readMatroskaChapters(file) : await ofMovie(movie, file);
  const origin = movie === null ? media.originSeconds : 0;
  const sorted = chapters.toSorted((a, b) => a.startSeconds - b.startSeconds);
  return sorted.flatMap((chapter, i) => {
    const startSeconds = Math.max(0, chapter.startSeconds - origin);
    const next = sorted[i + 1]?.startSeconds;
    const end = chapter.endSeconds ?? next ?? (media.durationSeconds ?? 0) + origin;
    const endSeconds = end - origin;
    return endSeconds > startSeconds ? [{ title: chapter.title, startSeconds, endSeconds }] : [];
  });
}

async function ofMovie(movie: Probed['movie'], file: RandomAccess): Promise<readonly Chapter[]> {
  const track = movie?.tracks.find(({ isForChapters, handler }) => isForChapters && handler === 'text');
  if (!movie || track === undefined) return movie?.chapters ?? [];
  const blocks = await readMovieText(movie, file, track.index, MAX_CHAPTERS);
  return blocks.map(({ startSeconds, endSeconds, data }) => ({
    ...{ startSeconds, endSeconds },
    title: timedText(data) ?? '',
  }));
}
