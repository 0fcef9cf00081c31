import { expect } from 'chai';
import { surveyClock } from '../../functions/stream/media/transport/survey-clock.ts';
import { readWindows } from '../../functions/stream/media/transport/survey-windows.ts';
import { writeClock } from '../../functions/stream/media/transport/ts-clocks.ts';
import { transportTimekeeping } from '../../functions/stream/media/transport/ts-timekeeping.ts';
import type { RandomAccess } from '../../functions/stream/source/bytes.ts';

const PACKET_BYTES = 188;
const LAYOUT = { stride: PACKET_BYTES, offset: 0 };

/** Writes a packet per reading of the clock, in seconds. */
function fileOf(seconds: readonly number[]) {
  const bytes = new Uint8Array(seconds.length * PACKET_BYTES).fill(0xff);
  for (const [i, second] of seconds.entries()) {
    bytes.set([0x47, 0x01, 0x00, 0x20, 183, 0x10], i * PACKET_BYTES);
    writeClock(bytes, i * PACKET_BYTES + 6, second * 90_000);
  }
  return { sizeBytes: bytes.length, read: async (start: number, end: number) => bytes.slice(start, end) };
}

const survey = async (file: RandomAccess) => {
  const map = { streams: [], isScrambled: false, isCutOff: false, layout: LAYOUT, tables: new Uint8Array() };
  const timekeeping = transportTimekeeping(map, file.sizeBytes);
  return surveyClock(file, timekeeping, await readWindows(file, timekeeping));
};
const findJoins = async (file: RandomAccess) => (await survey(file))?.joins;

describe('surveyClock', () => {
  const upTo = (seconds: number) => Array.from({ length: seconds }, (_, i) => i + 1);

  it('finds where the clock restarts', async () => {
    const joins = await findJoins(fileOf([...upTo(6), ...upTo(6), ...upTo(6)]));
    expect(joins).to.deep.equal([5 * PACKET_BYTES, 11 * PACKET_BYTES]);
  });

  it('finds a short recording before a long one, whose clock has come further', async () => {
    // Six megabytes, of which the first recording is a fifteenth.
    const [first, second] = [2_000, 30_000];
    const clock = (packets: number) => Array.from({ length: packets }, (_, i) => 100 + i / 100);
    const joins = await findJoins(fileOf([...clock(first), ...clock(second)]));
    expect(joins).to.deep.equal([(first - 1) * PACKET_BYTES]);
  });

  it('looks at no more than a few places of a film whose rate is high here and there', async () => {
    let seconds = 0;
    const times = Array.from({ length: 200_000 }, (_, i) => {
      seconds += i % 40_000 < 5_000 ? 0.01 : 0.001;
      return seconds;
    });
    const file = fileOf(times);
    let reads = 0;
    const read = (start: number, end: number) => {
      reads++;
      return file.read(start, end);
    };
    const counted = { ...file, read };
    expect(await findJoins(counted)).to.deep.equal([]);
    expect(reads).to.be.at.most(12 + 2 * 24);
  });

  it('reads each window of an ordinary film once', async () => {
    const file = fileOf(Array.from({ length: 200_000 }, (_, i) => i / 1000));
    const reads: [start: number, end: number][] = [];
    const read = (start: number, end: number) => {
      reads.push([start, end]);
      return file.read(start, end);
    };
    const seen = await survey({ ...file, read });
    expect(seen?.joins).to.deep.equal([]);
    expect([seen?.first.ticks, seen?.last.ticks]).to.deep.equal([0, 199_999 * 90]);
    // Whole blocks of the store's cache, and the rest at the end.
    const sizes = [...Array(11).fill(524_288), ((200_000 * 188) % 524_288) + 524_288];
    expect(reads.map(([start, end]) => end - start)).to.deep.equal(sizes);
    expect(reads.every(([start]) => start % 524_288 === 0)).to.equal(true);
    expect(reads.every(([start], i) => start >= (reads[i - 1]?.[1] ?? 0))).to.equal(true);
  });

  it('looks further at the ends of a film of a high rate', async () => {
    // A packet without a clock, as often as 80 Mbit/s have them.
    const file = fileOf(Array.from({ length: 100_000 }, (_, i) => i / 50_000));
    const bytes = Buffer.from(await file.read(0, file.sizeBytes));
    for (let i = 0; i < 100_000; i++) if (i % 5_000 !== 2_500) bytes[i * PACKET_BYTES + 5] = 0;
    const read = async (start: number, end: number) => bytes.subarray(start, end);
    const seen = await survey({ ...file, read });
    expect(seen).to.deep.include({
      first: { position: 2_500 * PACKET_BYTES, ticks: 4_500 },
      last: { position: 97_500 * PACKET_BYTES, ticks: 175_500 },
      joins: [],
    });
  });

  it('takes a clock that restarts repeatedly for a broken one', async () => {
    const toAndFro = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 50 : 10));
    expect(await findJoins(fileOf(toAndFro))).to.deep.equal([]);
  });
});
