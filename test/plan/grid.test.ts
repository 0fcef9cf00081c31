import { expect } from 'chai';
import { listedCuts } from '../../functions/stream/media/cuts/listed-cuts.ts';
import type { Cuts } from '../../functions/stream/media/model/cuts.ts';
import {
  chooseCuts,
  cutSegments,
  divideLong,
  evenTimes,
  gridSegments,
  nearestCuts,
  onGrid,
} from '../../functions/stream/plan/grid.ts';

/** Cuts at these seconds, the last of which is the end. */
function cutsAt(seconds: readonly number[], timescale = 1000): Cuts {
  const times = Float64Array.from(seconds, (time) => Math.round(time * timescale));
  return listedCuts({
    trackIndex: 0,
    timescale,
    times,
    offset: 0,
    bytesBefore: times.map((_, i) => i * 100),
  });
}

/** Every `step` seconds, and the end. */
const every = (step: number, end: number) => [
  ...Array.from({ length: Math.ceil(end / step) }, (_, i) => i * step),
  end,
];

describe('evenTimes', () => {
  const TABLE: [string, number, number[], number[]][] = [
    ['starts with 1, 2 and 4 s', 20, [], [1, 3, 7, 11, 15, 19]],
    ['leaves less than half a second to the segment before', 19.4, [], [1, 3, 7, 11, 15]],
    ['keeps a last segment of half a second', 19.5, [], [1, 3, 7, 11, 15, 19]],
    ['has none within 1.4 s', 1.4, [], []],
    ['has none within a moment', 0.1, [], []],
    ['follows what is there', 10, [2, 5, 9.5], [2, 5, 9.5]],
    ['stops where the end comes first', 8, [2, 5, 9.5], [2, 5]],
    ['goes on where the end comes later', 20, [2, 5, 9.5], [2, 5, 9.5, 13.5, 17.5]],
    ['goes on behind one that is short', 5, [0.1], [0.1, 4.1]],
  ];
  for (const [name, end, before, times] of TABLE) {
    it(name, () => expect(evenTimes(end, before)).to.deep.equal(times));
  }
});

describe('divideLong', () => {
  const TABLE: [string, number[], number[]][] = [
    ['leaves what is short enough', [2, 4, 10, 16], [2, 4, 10, 16]],
    ['halves what is longer', [2, 10, 12], [2, 6, 10, 12]],
    ['has equal parts of about four seconds', [1, 15, 25], [1, 4.5, 8, 11.5, 15, 18 + 1 / 3, 21 + 2 / 3, 25]],
    ['starts with 1 and 2 s', [11, 13], [1, 3, 7, 11, 13]],
    ['keeps what is left behind them whole', [6.5, 8], [1, 3, 6.5, 8]],
  ];
  for (const [name, ends, times] of TABLE) {
    it(name, () => {
      const divided = divideLong(ends);
      expect(divided).to.have.length(times.length);
      for (const [i, time] of times.entries()) expect(divided[i]).to.be.closeTo(time, 1e-9);
      // Exactly, since they are compared with those of the copy.
      for (const end of ends) expect(divided).to.include(end);
    });
  }
});

describe('onGrid', () => {
  const TABLE: [string, number[], number, number[]][] = [
    ['begins with 0 and ends with the last step', [1, 3], 50, [0, 10, 30, 50]],
    ['has no step twice', [0.01, 1, 1.04, 1.06], 50, [0, 10, 11, 50]],
    ['has none at or behind the end', [1, 4.96, 5, 6], 50, [0, 10, 50]],
    ['is one part without times', [], 1, [0, 1]],
  ];
  for (const [name, times, count, steps] of TABLE) {
    it(name, () => expect(onGrid(times, count, (time) => Math.round(time * 10))).to.deep.equal(steps));
  }

  it('does not drift: a day of 29.97 frames a second', () => {
    const rate = 30_000 / 1001;
    const frames = Math.round(86_400 * rate);
    const boundaries = onGrid(evenTimes(frames / rate), frames, (time) => Math.round(time * rate));
    const segments = gridSegments(boundaries, (frame) => frame * 3003);
    expect(segments).to.have.length(21_602);
    for (const [i, { startTicks, durationTicks }] of segments.entries()) {
      const wanted = i < 2 ? i : 3 + 4 * (i - 2);
      expect(Math.abs(startTicks / 90_000 - wanted)).to.be.lessThan(1 / 59);
      expect(startTicks + durationTicks).to.equal(segments[i + 1]?.startTicks ?? frames * 3003);
    }
  });
});

describe('chooseCuts', () => {
  const TABLE: [string, readonly number[], number[]][] = [
    ['1, 2 and 4 s where there are keyframes', every(0.5, 20), [0, 1, 3, 7, 11, 15, 19, 20]],
    ['groups of 2 s', every(2, 20), [0, 2, 4, 8, 12, 16, 20]],
    ['groups of 4.004 s, as NTSC has them', every(2.002, 12.012), [0, 2.002, 4.004, 8.008, 12.012]],
    ['the last one within 4 s', [0, 0.9, 2.8, 5, 6.7, 7, 10], [0, 0.9, 2.8, 6.7, 10]],
    ['the next one where there is none within 4 s', [0, 6, 7, 20, 21], [0, 6, 7, 20, 21]],
    ['a remainder belongs to the segment before it', [0, 1, 3, 7, 7.4], [0, 1, 3, 7.4]],
    ['half a second is none', [0, 1, 3, 7, 7.5], [0, 1, 3, 7, 7.5]],
    ['one keyframe', [0, 30], [0, 30]],
    ['a moment', [0, 0.1], [0, 0.1]],
    ['a late start', [0.5, 1.5, 3.5, 7.5], [0.5, 1.5, 3.5, 7.5]],
    ['an edit list that begins within a group', [-3, -1, 0.5, 2, 4], [-1, 0.5, 2, 4]],
    ['nothing', [], []],
    ['no frame', [0], []],
  ];
  for (const [name, seconds, chosen] of TABLE) {
    it(name, () => {
      const cuts = cutsAt(seconds);
      expect(chooseCuts(cuts).map((at) => cuts.timeAt(at) / 1000)).to.deep.equal(chosen);
    });
  }

  it('never exceeds the target where keyframes allow it, nor leaves a gap', () => {
    // Every distance from a fifth of a second to seven, again and again in another order.
    const seconds = [0];
    for (let i = 0; i < 2000; i++) seconds.push((seconds.at(-1) ?? 0) + 0.2 + ((i * 37) % 69) / 10);
    const cuts = cutsAt(seconds);
    const chosen = chooseCuts(cuts);
    const segments = cutSegments(cuts, chosen);
    expect(chosen.at(-1)).to.equal(2000);
    for (const [i, { startTicks, durationTicks }] of segments.entries()) {
      const [from = 0, to = 0] = chosen.slice(i, i + 2);
      if (to - from > 1 && to < 2000) expect(durationTicks).to.be.at.most(4050);
      expect(startTicks + durationTicks).to.equal(segments[i + 1]?.startTicks ?? cuts.timeAt(cuts.count - 1));
    }
  });
});

describe('nearestCuts', () => {
  const packets = cutsAt(
    Array.from({ length: 201 }, (_, i) => (i * 1024) / 48_000),
    48_000,
  );
  const TABLE: [string, readonly number[], number[]][] = [
    ['the nearest packet on either side', [1, 3], [0, 47, 141, 200]],
    ['none twice', [1, 1.001, 1.002], [0, 47, 200]],
    ['none behind the end', [4, 4.26, 9], [0, 188, 200]],
    ['all of it without a time', [], [0, 200]],
  ];
  for (const [name, times, chosen] of TABLE) {
    it(name, () => expect(nearestCuts(packets, times)).to.deep.equal(chosen));
  }

  it('finds the nearest among packets of any length', () => {
    const seconds = [0];
    for (let i = 0; i < 500; i++) seconds.push((seconds.at(-1) ?? 0) + 0.001 * (1 + ((i * i) % 97)));
    const cuts = cutsAt(seconds);
    for (let wanted = -1; wanted < 30; wanted += 0.1003) {
      const [, found = 500] = nearestCuts(cuts, [wanted]);
      const distances = seconds.map((time) => Math.abs(Math.round(time * 1000) - wanted * 1000));
      if (found !== 500) expect(distances[found]).to.be.closeTo(Math.min(...distances), 1e-9);
      else expect([0, 500]).to.include(distances.indexOf(Math.min(...distances)));
    }
  });

  it('counts no priming before zero', () => {
    const primed = cutsAt([-0.04, -0.02, 0, 0.02, 0.04], 1000);
    const chosen = nearestCuts(primed, [0.019]);
    expect(chosen).to.deep.equal([2, 3, 4]);
    expect(cutSegments(cutsAt([-0.01, 0.02, 0.04]), [0, 1, 2])).to.deep.equal([
      { startTicks: 0, durationTicks: 20 },
      { startTicks: 20, durationTicks: 20 },
    ]);
  });
});
