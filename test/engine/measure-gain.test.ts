import { expect } from 'chai';
import type { Gain } from '../../functions/stream/engine/audio-effects.ts';
import { gainFor, type Measured, readLoudness } from '../../functions/stream/engine/measure-gain.ts';

/** Audio of a loudness and a peak, of which a limiter leaves `given` of each decibel above the most peak. */
function audio(lufs: number, peak: number, given = 1) {
  const asked: Gain[] = [];
  const measure = async (gain: Gain): Promise<Measured> => {
    asked.push(gain);
    const over = gain.isLimited ? Math.max(0, peak + gain.decibels + 1) : 0;
    return { lufs: lufs + gain.decibels - over * (1 - given), peak: peak + gain.decibels - over };
  };
  return { asked, measure };
}

describe('gainFor', () => {
  it('measures once if the peaks leave space', async () => {
    const { asked, measure } = audio(-20, -9);
    expect(await gainFor(-16, measure)).to.deep.equal({ decibels: 4, isLimited: false });
    expect(asked).to.have.length(1);
  });

  for (const given of [0.9, 0.6, 0.3]) {
    it(`corrects the gain of audio that a limiter leaves ${given} of`, async () => {
      const { asked, measure } = audio(-20, -3, given);
      const gain = await gainFor(-12, measure);
      const { lufs } = (await measure(gain)) ?? { lufs: 0 };
      expect(gain.isLimited).to.equal(true);
      expect(lufs).to.be.closeTo(-12, 0.1);
      expect(asked.length).to.be.at.most(6);
    });
  }

  it('takes the best of what it has tried where no gain is enough', async () => {
    const { asked, measure } = audio(-20, -1, 0.05);
    const gain = await gainFor(-9, measure);
    expect(gain.isLimited).to.equal(true);
    expect(asked.slice(1)).to.deep.include(gain);
  });

  it('leaves silence as it is', async () => {
    expect(await gainFor(-16, async () => null)).to.deep.equal({ decibels: 0, isLimited: false });
  });
});

describe('readLoudness', () => {
  const printed = (...lines: string[]) => [lines.join('\n')].map((text) => Buffer.from(text));
  async function* chunks(list: readonly Buffer[]) {
    yield* list;
  }
  const frame = (n: number, lufs: string, ...peaks: string[]) => [
    `frame:${n}   pts:0  pts_time:0`,
    `lavfi.r128.I=${lufs}`,
    ...peaks.map((peak, channel) => `lavfi.r128.true_peaks_ch${channel}=${peak}`),
  ];

  it('reads the last reading, and the highest peak', async () => {
    const lines = [...frame(0, '-70.000', '0.200', '0.100'), ...frame(1, '-20.500', '0.250', '0.500')];
    const { lufs, peak } = (await readLoudness(chunks(printed(...lines)))) ?? { lufs: 0, peak: 0 };
    expect(lufs).to.equal(-20.5);
    expect(peak).to.be.closeTo(-6.01, 0.01);
  });

  it('counts stretches of which each was measured anew, by their lengths', async () => {
    const stretch = (tenths: number, lufs: string, peak: string) =>
      Array.from({ length: tenths }, (_, n) => frame(n, lufs, peak)).flat();
    const lines = [
      ...stretch(30, '-20.000', '0.700'),
      ...stretch(10, '-10.000', '0.300'),
      ...stretch(50, '-70.000', '0.001'),
    ];
    // In chunks that end within a line.
    const text = Buffer.from(lines.join('\n'));
    const parts = Array.from({ length: Math.ceil(text.length / 100) }, (_, i) =>
      text.subarray(100 * i, 100 * (i + 1)),
    );
    const { lufs, peak } = (await readLoudness(chunks(parts))) ?? { lufs: 0, peak: 0 };
    expect(lufs).to.be.closeTo(10 * Math.log10((30 * 0.01 + 10 * 0.1) / 40), 0.001);
    expect(peak).to.be.closeTo(-3.09, 0.01);
  });

  it('finds silence, and what is too short to have a loudness, without one', async () => {
    expect(await readLoudness(chunks(printed(...frame(0, '-70.000', '0.001'))))).to.equal(null);
    expect(await readLoudness(chunks([]))).to.equal(null);
  });
});
