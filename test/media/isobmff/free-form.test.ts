import { expect } from 'chai';
import { readFreeForm } from '../../../functions/stream/media/isobmff/free-form.ts';

function box(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)),
  );
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

const FOUR = Buffer.alloc(4);
const item = (name: string, text: string) =>
  box(
    '----',
    box('mean', FOUR, 'com.apple.iTunes'),
    box('name', FOUR, name),
    box('data', Buffer.alloc(8), text),
  );
const listed = (...items: readonly Buffer[]) =>
  box('udta', box('meta', FOUR, box('hdlr', FOUR), box('ilst', ...items)));
const read = (bytes: Buffer) => [...readFreeForm(bytes, { body: 0, end: bytes.length })];

describe('readFreeForm', () => {
  it('reads values by their names, and passes over others', () => {
    const other = box('\u00a9nam', box('data', Buffer.alloc(8), 'Title'));
    expect(read(listed(item('replaygain_track_gain', '-6.50 dB'), other, item('x', 'ü')))).to.deep.equal([
      ['replaygain_track_gain', '-6.50 dB'],
      ['x', 'ü'],
    ]);
  });

  it('cuts what is long, and finds nothing without a list or a name', () => {
    expect(read(listed(item('long', 'a'.repeat(1_000))))[0]?.[1]).to.have.length(200);
    expect(read(listed(box('----', box('data', Buffer.alloc(8), 'nameless'))))).to.deep.equal([]);
    expect(read(box('udta'))).to.deep.equal([]);
    expect(read(Buffer.alloc(0))).to.deep.equal([]);
  });

  it('ends in every cut of a list, with what came before', () => {
    const whole = listed(item('a', '1'), item('b', '2'));
    for (let at = 0; at < whole.length; at++) expect(read(whole.subarray(0, at)).length).to.be.at.most(2);
  });
});
