import { expect } from 'chai';
import { tableOf } from '../../../functions/stream/media/isobmff/describe-movie.ts';
import { editedSamples } from '../../../functions/stream/media/isobmff/edited-samples.ts';
import { readMovie } from '../../../functions/stream/media/isobmff/movie.ts';
import { bytesAccess } from '../../../testing/file-access.ts';
import { movieFile } from '../../../testing/movie-file.ts';

describe('editedSamples', () => {
  for (const [timescale, ticks] of [
    [1000, 3_920],
    [600, 2_352],
    [1, 4],
  ] as const) {
    it(`shows the last frame of an edit without a length, on a movie's clock of ${timescale} ticks`, async () => {
      const edits = [{ duration: 0, mediaTime: 0 }];
      const movie = await readMovie(
        bytesAccess(movieFile({ tracks: [{ sizes: Array(98).fill(9), edits }] })),
      );
      const track = movie?.tracks[0];
      const table = movie && track && tableOf(movie, track);
      if (!movie || !track || !table) throw new RangeError();
      const edited = editedSamples({ ...movie, timescale }, track, table);
      expect(edited?.samples).to.have.length(98);
      expect(edited?.edits).to.deep.equal([{ durationTicks: ticks, mediaTime: 0, rate: 1 }]);
    });
  }
});
