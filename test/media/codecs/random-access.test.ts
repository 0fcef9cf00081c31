import { expect } from 'chai';
import { prefixedUnits, shortened } from '../../../functions/stream/media/codecs/bitstream.ts';
import { canBeginWith, lengthSizeOf } from '../../../functions/stream/media/codecs/random-access.ts';

const unit = (...bytes: number[]) => [0, 0, 0, bytes.length, ...bytes];
const DELIMITER = unit(9, 0x10);
const MESSAGE = unit(6, 5, 1, 2, 3);
const IDR = unit(0x65, 1, 2, 3);
const SLICE = unit(0x41, 1, 2, 3);
const hevc = (type: number) => unit(type << 1, 1, 7, 7);

describe('decoding', () => {
  const CASES: readonly (readonly [
    what: string,
    codec: 'h264' | 'hevc' | 'vp9',
    sample: number[],
    have: number | null,
    verdict: string,
  ])[] = [
    ['an IDR picture', 'h264', IDR, null, 'yes'],
    [
      'an IDR picture behind a delimiter and a message',
      'h264',
      [...DELIMITER, ...MESSAGE, ...IDR],
      null,
      'yes',
    ],
    ['a frame that is a key frame by name', 'h264', [...MESSAGE, ...SLICE], null, 'no'],
    ['the head of a frame', 'h264', IDR, 5, 'yes'],
    ['a message whose frame is not there yet', 'h264', [...MESSAGE, ...IDR], 9, 'unclear'],
    ['the length of a unit alone', 'h264', IDR, 4, 'unclear'],
    ['nothing', 'h264', IDR, 0, 'unclear'],
    ['a message without a frame', 'h264', MESSAGE, null, 'broken'],
    ['a length beyond the sample', 'h264', [0, 0, 1, 0, 0x65], null, 'broken'],
    ['start codes', 'h264', [0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x65], null, 'broken'],
    ['an empty sample', 'h264', [], null, 'broken'],
    ['an IDR picture of HEVC', 'hevc', [...hevc(35), ...hevc(19)], null, 'yes'],
    ['a clean random access picture', 'hevc', hevc(21), null, 'yes'],
    ['a trailing picture', 'hevc', hevc(1), null, 'no'],
    ['whatever the container calls a key frame', 'vp9', [0x82], null, 'yes'],
  ];
  for (const [what, codec, sample, have, verdict] of CASES) {
    it(`can begin with ${what}: ${verdict}`, () => {
      const bytes = Uint8Array.from(sample).subarray(0, have ?? sample.length);
      expect(canBeginWith(codec, 4, bytes, sample.length)).to.equal(verdict);
    });
  }

  it('takes the size of lengths from the configuration', () => {
    expect(lengthSizeOf('h264', Uint8Array.of(1, 100, 0, 30, 0xfd))).to.equal(2);
    const hvcC = new Uint8Array(23);
    hvcC[21] = 0xf0;
    expect(lengthSizeOf('hevc', hvcC)).to.equal(1);
    expect(lengthSizeOf('h264', null)).to.equal(4);
  });
});

describe('the beginning of a sample, as a sample', () => {
  const whole = Uint8Array.from([...MESSAGE, ...IDR, ...SLICE]);
  for (let length = 0; length <= whole.length; length++) {
    it(`adds up after ${length} bytes`, () => {
      const output = shortened(whole.subarray(0, length), 4, whole.length);
      const units = prefixedUnits(output, 4);
      expect(units).not.to.equal(null);
      const types = units?.map(([first]) => first);
      expect([6, 0x65, 0x41].slice(0, types?.length)).to.deep.equal(types);
      expect(output.length).to.be.within(length - 5, length);
    });
  }

  it('stays unchanged if its lengths do not add up', () => {
    const wrong = Uint8Array.of(0, 0, 9, 9, 0x65, 1, 2);
    expect(shortened(wrong, 4, 100)).to.equal(wrong);
  });
});
