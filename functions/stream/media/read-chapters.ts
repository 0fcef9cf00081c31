import type { RandomAccess } from '../source/bytes.ts';
import { readId3Chapters } from './demux/id3-chapters.ts';
import { readMatroskaChapters } from './demux/matroska-chapters.ts';
import { readMovieText } from './isobmff/movie-text.ts';
import { type Chapter, MAX_CHAPTERS } from './model/chapter.ts';
import { CONTAINERS, type Container } from './model/containers.ts';
import type { Probed } from './probe/probe.ts';
import { timedText } from './text/block.ts';

/** A chapter on the file's timeline, of which the end is known. */
export type TimedChapter = Chapter & { readonly endSeconds: number };

/**
 * Reads the chapters of a file, in the order of their starts: Matroska's, those of MP4 and MOV in a track of their own or in
 * Nero's list, and those of ID3 in MP3 and ADTS. Empty for a file without any, and for other containers.
 */
export async function readChapters(
  { media, movie }: Probed,
  file: RandomAccess,
): Promise<readonly TimedChapter[]> {
  const chapters = await chaptersIn(media.container, movie, file);
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

function chaptersIn(
  container: Container,
  movie: Probed['movie'],
  file: RandomAccess,
): Promise<readonly Chapter[]> {
  if (movie !== null) return ofMovie(movie, file);
  if (CONTAINERS[container].index === 'cues') return readMatroskaChapters(file);
  return container === 'mp3' || container === 'adts' ? readId3Chapters(file) : Promise.resolve([]);
}

async function ofMovie(movie: NonNullable<Probed['movie']>, file: RandomAccess): Promise<readonly Chapter[]> {
  const track = movie.tracks.find(({ isForChapters, handler }) => isForChapters && handler === 'text');
  if (track === undefined) return movie.chapters;
  const blocks = await readMovieText(movie, file, track.index, MAX_CHAPTERS);
  return blocks.map(({ startSeconds, endSeconds, data }) => ({
    ...{ startSeconds, endSeconds },
    title: timedText(data) ?? '',
  }));
}
