import { expect } from 'chai';
import { readMovie } from '../../../functions/stream/media/isobmff/movie.ts';
import { movieKeyframes } from '../../../functions/stream/media/isobmff/movie-keyframes.ts';
import { bytesAccess } from '../../../testing/file-access.ts';
import { movieFile, type TrackSpec } from '../../../testing/movie-file.ts';
import { fakeSource } from '../../../testing/sources.ts';

/** Frames of 40 ms, of which those at 0, 0.16 and 0.32 s are keyframes, each of another size. */
const FILM: TrackSpec = { sizes: [50, 1, 1, 1, 51, 1, 1, 1, 52, 1], sync: [1, 5, 9] };

describe('movieKeyframes', () => {
  for (const [what, edits, seconds, sizes] of [
    ['all of a film that is shown whole', undefined, [0, 0.1, 0.3], [50, 51, 52]],
    ['none that is hidden in front', [{ duration: 0, mediaTime: 60 }], [0, 0.1, 0.3], [51, 51, 52]],
    ['none that is hidden at the end', [{ duration: 300, mediaTime: 0 }], [0, 0.1, 0.29], [50, 51, 51]],
    ['one within which the film begins', [{ duration: 0, mediaTime: 30 }], [0, 0.13], [50, 51]],
    ['hidden ones if no other is there', [{ duration: 60, mediaTime: 60 }], [0, 0.01], [50, 50]],
  ] as const) {
    it(`finds ${what}`, async () => {
      const bytes = movieFile({ tracks: [edits === undefined ? FILM : { ...FILM, edits }] });
      const movie = await readMovie(bytesAccess(bytes));
      const source = fakeSource(bytes);
      const { signal } = new AbortController();
      const input = { source, object: source.object, signal, trackIndex: 0 };
      const keyframes = movie && movieKeyframes(movie, input, seconds);
      const found: number[] = [];
      for await (const { data, times } of keyframes?.frames() ?? [])
        found.push(...Array<number>(times).fill(data.length));
      expect(found).to.deep.equal(sizes);
    });
  }
});
