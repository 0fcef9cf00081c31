import { damaged } from '../../base/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import { readRanges } from '../../source/read-ranges.ts';
import { MOST_BLOCK_BYTES, type TextBlock } from '../model/text-block.ts';
import { refuseLongText } from '../text/cue.ts';
import { tableOf } from './describe-movie.ts';
import type { Movie } from './movie.ts';
import { timelineOf } from './timeline.ts';

/**
 * Reads the samples of a subtitle track by its sample table, at most so many, in the times of the movie's presentation.
 * Throws `too-large` for more than a text track may have, before any is read.
 */
export async function readMovieText(
  movie: Movie,
  file: RandomAccess,
  trackIndex: number,
  mostSamples = Number.POSITIVE_INFINITY,
): Promise<readonly TextBlock[]> {
  const track = movie.tracks[trackIndex];
  const table = track && tableOf(movie, track);
  if (!track || !table) throw damaged(`Track ${trackIndex} of the file cannot be read.`);
  const { delaySeconds, mediaTime } = timelineOf(movie, track);
  const seconds = (ticks: number) => delaySeconds + (ticks - mediaTime) / track.timescale;
  const count = Math.min(table.count, mostSamples);
  refuseLongText(count, 0);
  const shown = [...Array(count).keys()].filter((i) => {
    const size = table.sizes.at(i);
    return size > 0 && size <= MOST_BLOCK_BYTES;
  });
  // Samples may lie at one place, and are read as often.
  refuseLongText(
    count,
    shown.reduce((sum, i) => sum + table.sizes.at(i), 0),
  );
  const samples = await readRanges(
    file,
    shown.map((i) => ({ start: table.offsets.at(i), length: table.sizes.at(i) })),
  );
  return shown.map((i, place) => {
    const start = table.decodeTimes.at(i);
    const isLast = i + 1 === table.count;
    const end = isLast ? start + table.lastDuration : table.decodeTimes.at(i + 1);
    const data = samples[place] ?? new Uint8Array();
    return { startSeconds: seconds(start), endSeconds: seconds(end), data, addition: null };
  });
}
