import { expect } from 'chai';
import { LONG_SECONDS } from '../../testing/long-film.ts';
import {
  expectAsInOnePass,
  type LongPresentation,
  openLongPresentation,
} from '../../testing/long-presentation.ts';
import { needs } from '../../testing/needs.ts';

/** Segments that are examined together. */
const AROUND = 4;

describe('encoded segments of two hours', function () {
  this.timeout(180_000);
  let long: LongPresentation;

  before(async function () {
    needs(this, 'ffmpeg');
    long = await openLongPresentation();
  });

  it('are planned without a gap, all of each rendition', () => {
    const { video, audio } = long.presentation;
    expect(video.map(({ id }) => id)).to.include.members(['copy', '240p']);
    for (const { id, segments, timescale } of [...video, ...audio]) {
      // Audio and video do not begin together, and neither begins later than a frame.
      let next = segments[0]?.startTicks ?? Number.NaN;
      expect(next / timescale).to.be.within(0, 1 / 24);
      for (const { startTicks, durationTicks } of segments) {
        expect(startTicks).to.equal(next);
        expect(durationTicks).to.be.above(0);
        next += durationTicks;
      }
      console.log(`      ${id}: ${segments.length} segments, ${next} ticks, ${next / timescale} s`);
      expect(next / timescale).to.be.closeTo(LONG_SECONDS, 0.05);
    }
  });

  for (const [place, share] of [
    ['start', 0],
    ['middle', 0.5],
    ['end', 1],
  ] as const) {
    it(`hold what one pass of that stretch has, in its time: ${place}`, async () => {
      const around = (count: number) => {
        const from = Math.floor(share * (count - AROUND));
        return { from, to: from + AROUND };
      };
      console.log(`      ${place}: ${await expectAsInOnePass(long, around, place)}`);
    });
  }
});
