import { expect } from 'chai';
import { ac3Seconds } from '../../../functions/stream/media/demux/ac3-length.ts';
import { bytesAccess } from '../../../testing/file-access.ts';

/** Writes frames of 48 kHz: of two channels at 192 kbit/s (768 bytes), or of six at 448 kbit/s (1,792 bytes). */
function frames(count: number, isSurround: boolean): Buffer {
  const [bytes, size, coding] = isSurround ? [1792, 30, 7] : [768, 20, 2];
  const frame = Buffer.alloc(bytes);
  frame.set([0x0b, 0x77, 0, 0, size, 8 << 3, coding << 5]);
  return Buffer.concat(Array.from({ length: count }, () => frame));
}

const ROWS: readonly (readonly [what: string, bytes: Buffer, frames: number | null])[] = [
  ['frames of one size', frames(10, false), 10],
  ['frames that change their channels', Buffer.concat([frames(50, false), frames(30, true)]), 80],
  ['more than is read at a time', frames(1500, false), 1500],
  ['a frame that is cut off', frames(10, false).subarray(0, -100), 9],
  ['bytes of another kind', Buffer.concat([frames(10, false), Buffer.alloc(768)]), null],
  ['nothing', Buffer.alloc(8), null],
  ['more than is walked', frames(6000, false), null],
];

describe('ac3Seconds', () => {
  for (const [what, bytes, count] of ROWS) {
    it(what, async () => {
      const seconds = await ac3Seconds(bytesAccess(bytes));
      if (count === null) expect(seconds).to.equal(null);
      else expect(seconds).to.be.closeTo((count * 1536) / 48_000, 1e-9);
    });
  }
});
