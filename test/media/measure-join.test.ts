import { expect } from 'chai';
import { measureJoin } from '../../functions/stream/media/transport/measure-join.ts';
import { programTimekeeping } from '../../functions/stream/media/transport/ps-timekeeping.ts';
import { bytesAccess } from '../../testing/file-access.ts';

/** Writes a pack of MPEG-1 with its clock, and a packet of video that is decoded at a time. */
const packOf = (clock: number, dts: number) => {
  const time = (mark: number, ticks: number) => [
    mark,
    ticks >> 22,
    ((ticks >> 14) & 0xfe) | 1,
    ticks >> 7,
    (ticks << 1) | 1,
  ];
  const pack = [0, 0, 1, 0xba, ...time(0x21, clock), 0x80, 0, 1];
  return Buffer.from([...pack, 0, 0, 1, 0xe0, 0, 8, ...time(0x21, dts), 7, 7, 7]);
};
const BEGINNING = { start: 0, addedTicks: 0, addedCounts: new Map<number, number>() };

/** Measures the join of frames of 3,600 ticks, with clocks before and after it. */
async function measured(before: readonly number[], after: readonly number[], restart: number) {
  const packs = [
    ...before.map((clock, i) => packOf(clock, 9_000 + 3_600 * i)),
    ...after.map((clock, i) => packOf(clock, restart + 3_600 * i)),
  ];
  const bytes = Buffer.concat([...packs, Buffer.from([0, 0, 1, 0xb9])]);
  const [{ length } = Buffer.alloc(0)] = packs;
  const file = bytesAccess(bytes);
  return measureJoin(file, programTimekeeping(bytes.length), BEGINNING, length * (before.length - 1));
}

describe('measureJoin', () => {
  it('puts the frames of a recording after those of the one before', async () => {
    const part = await measured([0, 3_600, 7_200], [0, 3_600], 9_000);
    // After three frames.
    expect(part?.addedTicks).to.equal(3 * 3_600);
  });

  it('finds no join where only the clock leads back', async () => {
    expect(await measured([0, 3_600, 7_200], [100, 3_700], 9_000 + 3 * 3_600)).to.equal(null);
  });
});
