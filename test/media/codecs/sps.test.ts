import { expect } from 'chai';
import { parseHevcSps } from '../../../functions/stream/media/codecs/hevc-sps.ts';
import { parseH264Sps, type Sps } from '../../../functions/stream/media/codecs/sps.ts';

const unit = (hex: string) => Buffer.from(hex, 'hex');
const read = (codec: string, hex: string) => (codec === 'h264' ? parseH264Sps : parseHevcSps)(unit(hex));

type Facts = Partial<Pick<Sps, 'width' | 'height' | 'lumaDepth' | 'chromaFormat' | 'isInterlaced' | 'vui'>>;

const colour = (primaries: number, transfer: number, matrix: number) => ({
  primaries,
  transfer,
  matrix,
  isFullRange: false,
});
const BT709 = colour(1, 1, 1);

// Parameter sets of x264, x265, a phone and Apple's encoder, with ffprobe's reading of them.
const SETS: readonly (readonly [name: string, codec: 'h264' | 'hevc', hex: string, facts: Facts])[] = [
  [
    'H.264, cropped, square pixels, colours told',
    'h264',
    '27640032ac1314700be02bf88926a0202020f0804278',
    { width: 3026, height: 1386, lumaDepth: 8, vui: { pixelAspect: null, colour: BT709 } },
  ],
  [
    'H.264 with pixels that are not square',
    'h264',
    '6764001eacd940d83de6fff050005016a02020280000030008000003019078b16cb0',
    { width: 854, height: 480, vui: { pixelAspect: [1280, 1281], colour: BT709 } },
  ],
  [
    'H.264 of fields',
    'h264',
    '6764001eacd940b424dff8008000788000000300800000190f8a14cb',
    { width: 720, height: 576, isInterlaced: true, vui: { pixelAspect: [16, 15], colour: null } },
  ],
  [
    'H.264 with 4:2:2 chroma, ten bits and PQ',
    'h264',
    '677a000db6cd941519e223fff016401e36a04200480000030008000003019078a14cb0',
    {
      width: 322,
      height: 178,
      chromaFormat: 2,
      lumaDepth: 10,
      vui: { pixelAspect: [356, 483], colour: colour(2, 16, 2) },
    },
  ],
  [
    'H.264 without usability information',
    'h264',
    '6742e0158d94c16272',
    { width: 176, height: 144, isInterlaced: false, vui: null },
  ],
  [
    'HEVC with HLG, behind predicted reference sets',
    'hevc',
    '420101022000000300b00000030000030078a003c0801107cad8815ee45954d424482402',
    { width: 1920, height: 1080, lumaDepth: 10, vui: { pixelAspect: null, colour: colour(9, 18, 9) } },
  ],
  [
    'HEVC with scaling lists and PQ',
    'hevc',
    '42010102200000030090000003000003003ca00a480b9c92365959a49395ffe0b200b52d424402410000030001000003001908',
    {
      width: 322,
      height: 178,
      chromaFormat: 1,
      vui: { pixelAspect: [1424, 1449], colour: colour(9, 16, 9) },
    },
  ],
  [
    'HEVC with 4:4:4 chroma and twelve bits',
    'hevc',
    '420101040800000300980800000300003c90014901739e7294b2b3492657ff80b200f1b5021202040000030004000003006420',
    {
      width: 322,
      height: 178,
      chromaFormat: 3,
      lumaDepth: 12,
      vui: { pixelAspect: [356, 483], colour: colour(2, 18, 2) },
    },
  ],
  [
    'HEVC of 8K',
    'hevc',
    '420101016000000300000300000300000300b7a000f008004385a2d2bb04bb9a8080808202faf08047868c0010',
    { width: 7680, height: 4320, lumaDepth: 8, vui: { pixelAspect: null, colour: BT709 } },
  ],
];

describe('sequence parameter sets', () => {
  for (const [name, codec, hex, facts] of SETS) {
    it(name, () => {
      expect(read(codec, hex)).to.deep.include(facts);
    });
  }

  it('reads no set out of one that is cut short', () => {
    for (const [, codec, hex] of SETS) {
      for (let length = 0; length < 7; length++) {
        expect(read(codec, hex.slice(0, length * 2)), `${length} bytes of ${hex}`).to.equal(null);
      }
    }
  });

  it('comes to an end on noise', () => {
    let state = 7;
    for (let round = 0; round < 2_000; round++) {
      const noise = Buffer.alloc(64);
      for (let i = 0; i < noise.length; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        noise[i] = state >>> 24;
      }
      for (const sps of [parseH264Sps(noise), parseHevcSps(noise)]) {
        if (sps === null) continue;
        expect(sps.width).to.be.within(1, 65_535);
        expect(sps.height).to.be.within(1, 65_535);
      }
    }
  });
});
