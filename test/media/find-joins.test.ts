import { expect } from 'chai';
import { findJoins } from '../../functions/stream/media/transport/find-joins.ts';
import { writeClock } from '../../functions/stream/media/transport/ts-clocks.ts';

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

describe('findJoins', () => {
  const upTo = (seconds: number) => Array.from({ length: seconds }, (_, i) => i + 1);

  it('finds where the clock restarts', async () => {
    const joins = await findJoins(fileOf([...upTo(6), ...upTo(6), ...upTo(6)]), LAYOUT);
    expect(joins).to.deep.equal([5 * PACKET_BYTES, 11 * PACKET_BYTES]);
  });

  it('finds a short recording before a long one, whose clock has come further', async () => {
    // Six megabytes, of which the first recording is a fifteenth.
    const [first, second] = [2_000, 30_000];
    const clock = (packets: number) => Array.from({ length: packets }, (_, i) => 100 + i / 100);
    const joins = await findJoins(fileOf([...clock(first), ...clock(second)]), LAYOUT);
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
    expect(await findJoins(counted, LAYOUT)).to.deep.equal([]);
    expect(reads).to.be.at.most(12 + 2 * 24);
  });

  it('takes a clock that restarts repeatedly for a broken one', async () => {
    const toAndFro = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 50 : 10));
    expect(await findJoins(fileOf(toAndFro), LAYOUT)).to.deep.equal([]);
  });
});
