import { expect } from 'chai';
import type { Colour } from '../../functions/stream/media/model/media.ts';
import { planColour } from '../../functions/stream/plan/colour.ts';
import { film } from '../../testing/media.ts';

const colour = (primaries: number, transfer: number, matrix: number, isFullRange = false): Colour => ({
  ...{ primaries, transfer, matrix, isFullRange },
});
const HD = { codedWidth: 1920, codedHeight: 1080 };
const SD = { codedWidth: 720, codedHeight: 576 };
const FULL = colour(2, 2, 2, true);

describe('planColour', () => {
  for (const [what, track, source, encoded, forVp8] of [
    ['HD that says nothing', { ...HD, colour: null }, [1, 1, 1], [1, 1, 1], [1, 1, 6]],
    ['SD that says nothing', { ...SD, colour: null }, [6, 6, 6], [6, 6, 6], [6, 6, 6]],
    [
      'a wide film of 544 lines',
      { codedWidth: 1280, codedHeight: 544, colour: null },
      [6, 6, 6],
      [6, 6, 6],
      [6, 6, 6],
    ],
    [
      'VP9 that says nothing, of any size',
      { ...HD, codec: 'vp9', colour: null },
      [6, 6, 6],
      [6, 6, 6],
      [6, 6, 6],
    ],
    ['nothing but full range', { ...HD, colour: FULL }, [6, 6, 6], [6, 6, 6], [6, 6, 6]],
    ['SD that says HD', { ...SD, colour: colour(1, 1, 1) }, [1, 1, 1], [1, 1, 1], [1, 1, 6]],
    ['HD in the colours of PAL', { ...HD, colour: colour(5, 6, 5) }, [5, 6, 5], [5, 6, 5], [5, 6, 5]],
    ['BT.2020 in standard range', { ...HD, colour: colour(9, 14, 9) }, [9, 14, 9], [1, 1, 1], [1, 1, 6]],
    ['Display P3', { ...HD, colour: colour(12, 13, 1) }, [12, 13, 1], [1, 1, 1], [1, 1, 6]],
    [
      'SMPTE 240M, which browsers guess at',
      { ...HD, colour: colour(7, 7, 7) },
      [7, 7, 7],
      [1, 1, 1],
      [1, 1, 6],
    ],
    ['the matrix alone', { ...HD, colour: colour(2, 2, 6) }, [6, 6, 6], [6, 6, 6], [6, 6, 6]],
    ['the primaries alone', { ...SD, colour: colour(9, 2, 2) }, [9, 14, 9], [1, 1, 1], [1, 1, 6]],
    ['RGB', { ...HD, colour: colour(1, 13, 0) }, [1, 13, 0], [1, 1, 1], [1, 1, 6]],
    ['PQ', { ...HD, dynamicRange: 'pq', colour: colour(9, 16, 9) }, [9, 16, 9], [1, 1, 1], [1, 1, 6]],
    [
      'HLG and no more',
      { ...HD, dynamicRange: 'hlg', colour: colour(2, 18, 2) },
      [9, 18, 9],
      [1, 1, 1],
      [1, 1, 6],
    ],
  ] as const) {
    it(what, () => {
      const numbers = ({ primaries, transfer, matrix }: Omit<Colour, 'isFullRange'>) => [
        ...[primaries, transfer, matrix],
      ];
      const plan = planColour(film(track), 'h264');
      expect(numbers(plan.source)).to.deep.equal(source);
      expect(plan.source.isFullRange).to.equal(track.colour?.isFullRange ?? false);
      expect(numbers(plan.encoded)).to.deep.equal(encoded);
      expect(numbers(planColour(film(track), 'vp8').encoded)).to.deep.equal(forVp8);
    });
  }
});
