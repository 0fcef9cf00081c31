import { expect } from 'chai';
import { tableOf } from '../../../functions/stream/media/isobmff/describe-movie.ts';
import { type Part, partsOf } from '../../../functions/stream/media/isobmff/edit-parts.ts';
import { sampleBudget } from '../../../functions/stream/media/isobmff/edited-part.ts';
import { editedSamples } from '../../../functions/stream/media/isobmff/edited-samples.ts';
import { readMovie } from '../../../functions/stream/media/isobmff/movie.ts';
import { bytesAccess } from '../../../testing/file-access.ts';
import { movieFile, type TrackSpec } from '../../../testing/movie-file.ts';

/** Frames of 40 ticks; the fourth and the seventh are keyframes as well as the first. */
const film: TrackSpec = {
  sizes: [50, 10, 10, 30, 10, 10, 40, 10],
  compositionOffsets: [40, 80, 0, 40, 80, 0, 40, 40],
  sync: [1, 4, 7],
};
type Edits = NonNullable<TrackSpec['edits']>;
const shown = (duration: number, mediaTime: number, rate = 1) => ({ duration, mediaTime, rate });

describe('the parts of an edit list', () => {
  const CASES: readonly (readonly [string, Edits, readonly (readonly number[])[]])[] = [
    ['are one where they follow each other', [shown(100, 40), shown(60, 140)], [[0, 160, 40]]],
    [
      'are several otherwise',
      [shown(100, 40), shown(60, 180)],
      [
        [0, 100, 40],
        [100, 60, 180],
      ],
    ],
    [
      'have gaps between them',
      [shown(80, 40), shown(50, -1), shown(60, 120)],
      [
        [0, 80, 40],
        [130, 60, 120],
      ],
    ],
    ['begin late', [shown(50, -1), shown(80, 40)], [[50, 80, 40]]],
    [
      'end before a gap, and an edit without length',
      [shown(80, 40), shown(9, -1), shown(0, 0)],
      [[0, 80, 40]],
    ],
    [
      'stand still',
      [shown(80, 40), shown(60, 120, 0)],
      [
        [0, 80, 40],
        [80, 60, 120],
      ],
    ],
    ['last to the end', [shown(0, 40)], [[0, 0, 40]]],
  ];
  for (const [what, edits, parts] of CASES) {
    it(what, async () => {
      const { movie, track } = await read({ ...film, edits });
      const found = partsOf(movie, track).map(({ startTicks, durationTicks, mediaTime }: Part) => [
        startTicks,
        durationTicks,
        mediaTime,
      ]);
      expect(found).to.deep.equal(parts);
    });
  }
});

describe('the samples of parts', () => {
  it('begin at keyframes, and are all as far ahead of the edit list', async () => {
    // The second part begins with a frame that is decoded after one that is shown later.
    const { movie, track, table } = await read({ ...film, edits: [shown(80, 40), shown(40, 240)] });
    const edited = editedSamples(movie, track, table);
    expect(edited?.edits.map(({ durationTicks }) => durationTicks)).to.deep.equal([80, 40]);
    const keys = edited?.samples.filter(({ isEntry }) => isEntry) ?? [];
    expect(keys.map(({ sizeBytes }) => sizeBytes)).to.deep.equal([50, 30]);
    for (const { mediaTime, durationTicks } of edited?.edits ?? []) {
      const seen =
        edited?.samples.filter(({ pts }) => pts >= mediaTime && pts < mediaTime + durationTicks) ?? [];
      expect(Math.min(...seen.map(({ pts }) => pts))).to.equal(mediaTime);
      const [before] = seen;
      expect(mediaTime - (before?.dts ?? 0)).to.equal(40);
    }
  });

  it("are the file's own where there is one part", async () => {
    const { movie, track, table } = await read({ ...film, edits: [shown(50, -1), shown(160, 40)] });
    expect(editedSamples(movie, track, table)).to.equal(null);
  });

  it('are refused where they are too many', () => {
    const budget = sampleBudget();
    budget.take(1_000_000);
    expect(() => budget.take(1)).to.throw('parts of more than 1000000 samples');
  });
});

async function read(spec: TrackSpec) {
  const movie = await readMovie(bytesAccess(movieFile({ tracks: [spec] })));
  const track = movie?.tracks[0];
  const table = movie && track ? tableOf(movie, track) : null;
  if (!movie || !track || !table) throw new Error('The movie cannot be read.');
  return { movie, track, table };
}
