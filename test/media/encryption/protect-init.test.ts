import { expect } from 'chai';
import { childBoxes, findBox } from '../../../functions/stream/media/boxes/boxes.ts';
import { box, fullBox, uint32 } from '../../../functions/stream/media/boxes/write-box.ts';
import { protectInit } from '../../../functions/stream/media/encryption/protect-init.ts';

const KEY = { id: Buffer.alloc(16, 1), iv: Buffer.alloc(16, 2) };
const TERMINATOR = Buffer.alloc(4);

const CASES = [
  ['video', 'avc1', 78, ['avcC'], Buffer.alloc(0)],
  ['video of QuickTime, with its four zero bytes', 'avc1', 78, ['avcC', 'pasp'], TERMINATOR],
  ['audio', 'mp4a', 28, ['esds'], Buffer.alloc(0)],
  ['audio with four zero bytes', 'mp4a', 28, ['esds'], TERMINATOR],
] as const;

describe('protectInit', () => {
  for (const [name, type, headBytes, within, tail] of CASES) {
    it(`puts what tells of the encryption behind the boxes of ${name}`, () => {
      const boxes = within.map((each) => box(each, Buffer.alloc(10)));
      const entry = box(type, Buffer.alloc(headBytes), ...boxes, tail);
      const stbl = box('stbl', fullBox('stsd', 0, 0, uint32(1), entry));
      const moov = box('moov', box('trak', box('mdia', box('minf', stbl))));
      const sent = protectInit(moov, KEY);
      const all = { body: 0, end: sent.length };
      const stsd = findBox(sent, all, 'moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd');
      const [first] = stsd ? childBoxes(sent, stsd.body + 8, stsd.end) : [];
      expect(first?.type).to.equal(type === 'avc1' ? 'encv' : 'enca');
      const [start, end] = [(first?.body ?? 0) + headBytes, first?.end ?? 0];
      const children = [...childBoxes(sent, start, end)];
      expect(children.map((each) => each.type)).to.deep.equal([...within, 'sinf']);
      expect(children.at(-1)?.end).to.equal(end);
      const tenc = findBox(sent, { body: start, end }, 'sinf', 'schi', 'tenc');
      expect(tenc && sent.subarray(tenc.end - 16, tenc.end).equals(KEY.iv)).to.equal(true);
    });
  }
});
