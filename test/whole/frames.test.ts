import {
  expectAsInOnePass,
  type LongPresentation,
  openLongPresentation,
} from '../../testing/long-presentation.ts';
import { needs } from '../../testing/needs.ts';

/** So many that each can be held in memory, two at a time. */
const STRETCHES = 30;

/** The start, the middle and the end are in `npm test`. */
describe('all encoded segments of two hours', function () {
  this.timeout(3_600_000);
  let long: LongPresentation;

  before(async function () {
    needs(this, 'ffmpeg');
    long = await openLongPresentation();
  });

  it('have the frames of one pass, at their times', async () => {
    let next = 0;
    const compareSome = async () => {
      for (let i = next++; i < STRETCHES; i = next++) {
        const stretch = (count: number) => ({
          // With the join to the previous one.
          from: Math.max(0, Math.floor((count * i) / STRETCHES) - 1),
          to: Math.floor((count * (i + 1)) / STRETCHES),
        });
        console.log(`      ${await expectAsInOnePass(long, stretch, String(i))}`);
      }
    };
    await Promise.all([compareSome(), compareSome()]);
  });
});
