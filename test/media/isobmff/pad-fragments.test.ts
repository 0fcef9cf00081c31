import { expect } from 'chai';
import { box } from '../../../functions/stream/media/boxes/write-box.ts';
import { padFirstFragments } from '../../../functions/stream/media/isobmff/pad-fragments.ts';

const fragment = (size: number) =>
  Buffer.concat([box('moof', Buffer.alloc(20, 1)), box('mdat', Buffer.alloc(size, 2))]);
const film = Buffer.concat([
  box('ftyp', Buffer.alloc(16)),
  box('moov', Buffer.alloc(600)),
  ...[900, 40_000, 7, 50].map(fragment),
]);

async function padded(chunkBytes: number): Promise<Buffer> {
  async function* chunks() {
    for (let at = 0; at < film.length; at += chunkBytes) yield film.subarray(at, at + chunkBytes);
  }
  const parts: Uint8Array[] = [];
  for await (const part of padFirstFragments(chunks())) parts.push(part);
  return Buffer.concat(parts);
}

function boxesOf(bytes: Buffer): { type: string; start: number; end: number }[] {
  const boxes = [];
  for (let start = 0; start < bytes.length; ) {
    const end = start + bytes.readUInt32BE(start);
    boxes.push({ type: bytes.toString('latin1', start + 4, start + 8), start, end });
    start = end;
  }
  return boxes;
}

describe('padFirstFragments', () => {
  for (const chunkBytes of [1, 7, 1000, 32 * 1024, 1_000_000]) {
    it(`fills two blocks, whatever the chunks (${chunkBytes} bytes), and leaves the rest alone`, async () => {
      const output = await padded(chunkBytes);
      const boxes = boxesOf(output);
      expect(boxes.map(({ type }) => type).join(' ')).to.equal(
        'ftyp moov moof mdat free moof mdat free moof mdat moof mdat',
      );
      const ends = boxes.filter(({ type }) => type === 'free').map(({ end }) => end % (32 * 1024));
      expect(ends).to.deep.equal([0, 0]);
      const content = boxes
        .filter(({ type }) => type !== 'free')
        .map(({ start, end }) => output.subarray(start, end));
      expect(Buffer.concat(content).equals(film)).to.equal(true);
    });
  }
});
