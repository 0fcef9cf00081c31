import { expect } from 'chai';
import { prefixUnits } from '../../../functions/stream/media/codecs/bitstream.ts';
import { reorderDepth } from '../../../functions/stream/media/codecs/parameter-sets.ts';

/** HEVC's video and picture parameter sets, and a picture parameter set of H.264. */
const OTHER_SETS = ['4001', '4401', '68ebe3cb22c0'].map((hex) => Buffer.from(hex, 'hex'));

const unit = (hex: string) => Buffer.from(hex, 'hex');

/** Builds a packet with its own parameter sets, after start codes. */
const packet = (...units: readonly Uint8Array[]) =>
  Buffer.concat(units.flatMap((unit) => [Buffer.from([0, 0, 0, 1]), unit]));

/** 640x360 at level 3, decoded in display order. */
const BASELINE_BITS = ['1', '1', '011', '010', '0', '00000101000', '000010111', '1', '1', '0', '0', '1'].join(
  '',
);
const baseline = Buffer.concat([
  Buffer.from('6742c01e', 'hex'),
  Buffer.from((BASELINE_BITS.padEnd(40, '0').match(/.{8}/g) ?? []).map((bits) => Number.parseInt(bits, 2))),
]);

describe('the frames that a decoder holds back', () => {
  const CASES: readonly (readonly [
    what: string,
    codec: 'h264' | 'hevc',
    set: Buffer | null,
    most: number,
  ])[] = [
    [
      'x264, which tells',
      'h264',
      unit('6764001eacd940d83de6fff050005016a02020280000030008000003019078b16cb0'),
      2,
    ],
    ['an encoder that tells of none', 'h264', unit('27640032ac1314700be02bf88926a0202020f0804278'), 0],
    ['176x144 at level 1, untold', 'h264', unit('674de00a8d94c16272'), 4],
    [
      'x265, which tells',
      'hevc',
      unit('420101022000000300b00000030000030078a003c0801107cad8815ee45954d424482402'),
      2,
    ],
    ['a baseline without any', 'h264', baseline, 0],
    ['what does not tell', 'h264', null, 16],
    ['HEVC', 'hevc', null, 16],
  ];
  for (const [what, codec, set, most] of CASES) {
    it(`are ${most} for ${what}`, () => {
      const first = set ? packet(set, ...OTHER_SETS) : prefixUnits(OTHER_SETS.slice(-1));
      expect(reorderDepth(codec, null, first)).to.equal(most);
    });
  }
});
