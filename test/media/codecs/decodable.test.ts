import { expect } from 'chai';
import { whyUndecodable } from '../../../functions/stream/media/codecs/decodable.ts';
import type { VideoCodec } from '../../../functions/stream/media/model/codecs.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
/** The parameter sets of a 320x240 High-profile stream out of x264. */
const sps = bytes('6764000dacd94141fb0110000003001000000303 20f1429960');
const pps = bytes('68ebe3cb22c0');
const sized = (unit: Buffer) => Buffer.concat([Buffer.of(unit.length >> 8, unit.length & 255), unit]);
const avcC = Buffer.concat([bytes('0164000dffe1'), sized(sps), Buffer.of(1), sized(pps)]);
const slice = bytes('658884003b');
const prefixed = (unit: Buffer) => Buffer.concat([bytes('000000'), Buffer.of(unit.length), unit]);
const coded = (...units: Buffer[]) => Buffer.concat(units.flatMap((unit) => [bytes('00000001'), unit]));
const noSps = Buffer.concat([bytes('0164000dffe0'), Buffer.of(1), sized(pps)]);

describe('whyUndecodable', () => {
  const cases: readonly [string, VideoCodec, Buffer | null, Buffer, RegExp | null][] = [
    ['H.264 with lengths', 'h264', avcC, prefixed(slice), null],
    ['H.264 with start codes', 'h264', null, coded(sps, pps, slice), null],
    ['H.264 with a record, but start codes', 'h264', avcC, coded(sps, pps, slice), null],
    ['H.264 whose parameter sets come later', 'h264', null, coded(slice), null],
    ['H.264 without an SPS', 'h264', noSps, prefixed(slice), /parameter sets are missing/],
    ['H.264 whose lengths go beyond the packet', 'h264', avcC, bytes('00000010658884'), /cut short/],
    ['H.264 whose forbidden bit is set', 'h264', avcC, prefixed(bytes('e58884003b')), /no valid units/],
    ['H.264 of zeros', 'h264', avcC, Buffer.alloc(40), /cut short/],
    ['HEVC with a temporal id of zero', 'hevc', null, coded(bytes('26000102')), /no valid units/],
    ['VP8', 'vp8', null, bytes('10 0200 9d012a 4000 4000 00'), null],
    ['VP8 without its start code', 'vp8', null, bytes('10 0200 9d012b 4000 4000 00'), /VP8/],
    ['VP9', 'vp9', null, bytes('82 498342 00 0281 0281 00'), null],
    ['VP9 without its marker', 'vp9', null, bytes('42 498342 00 0281 0281 00'), /VP9/],
    ['VP9 without its sync code', 'vp9', null, bytes('82 498343 00 0281 0281 00'), /VP9/],
    ['AV1 that begins with a temporal delimiter', 'av1', null, bytes('1200 3201 10'), null],
    ['AV1 with the forbidden bit', 'av1', null, bytes('9200 3201 10'), /AV1/],
    ['AV1 whose unit goes beyond the packet', 'av1', null, bytes('1200 3209 10'), /AV1/],
    ['AV1 with a reserved type', 'av1', null, bytes('4a00'), /AV1/],
    ['nothing', 'vp9', null, Buffer.alloc(0), /empty/],
    ['what is not looked into', 'other', null, bytes('00'), null],
  ];
  for (const [name, codec, configuration, data, expected] of cases) {
    it(name, () => {
      const why = whyUndecodable({ codec, configuration, data, isKey: true });
      if (expected === null) expect(why).to.equal(null);
      else expect(why).to.match(expected);
    });
  }
});
