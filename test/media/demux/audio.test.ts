import { expect } from 'chai';
import { parseAacConfig, parseAdts } from '../../../functions/stream/media/codecs/aac.ts';
import { flacSamples, opusSamples } from '../../../functions/stream/media/codecs/audio-frames.ts';
import { dOps } from '../../../functions/stream/media/isobmff/codec-entry.ts';

describe('opusSamples', () => {
  const cases: readonly [string, number[], number | null][] = [
    ['SILK 20 ms', [0b00001_000], 960],
    ['SILK 60 ms', [0b00011_000], 2880],
    ['hybrid 10 ms', [0b01100_000], 480],
    ['CELT 2.5 ms', [0b10000_000], 120],
    ['CELT 20 ms, two frames', [0b11111_001], 1920],
    ['CELT 20 ms, five frames by count', [0b11111_011, 5], 4800],
    ['more than 120 ms', [0b00011_011, 3], null],
    ['no frames', [0b11111_011, 0], null],
    ['nothing', [], null],
  ];
  for (const [name, bytes, samples] of cases) {
    it(name, () => expect(opusSamples(Uint8Array.from(bytes))).to.equal(samples));
  }
});

describe('flacSamples', () => {
  const cases: readonly [string, number[], number | null][] = [
    ['4096 by code', [0xff, 0xf8, 0xc9, 0x18, 0, 0], 4096],
    ['1152 by code', [0xff, 0xf8, 0x39, 0x18, 0, 0], 1152],
    ['16-bit size behind a one-byte number', [0xff, 0xf8, 0x79, 0x18, 5, 0x0f, 0xff], 4096],
    ['8-bit size behind a two-byte number', [0xff, 0xf8, 0x69, 0x18, 0xc2, 0x80, 0x77], 120],
    ['no frame', [0x00, 0xf8, 0xc9, 0x18], null],
  ];
  for (const [name, bytes, samples] of cases) {
    it(name, () => expect(flacSamples(Uint8Array.from(bytes))).to.equal(samples));
  }
});

describe('AAC', () => {
  it('turns an ADTS header into a configuration', () => {
    // AAC-LC, 48 kHz, stereo, 348 bytes, no checksum.
    const frame = Uint8Array.of(0xff, 0xf1, 0x4c, 0x80, 0x2b, 0x9f, 0xfc, 0);
    const header = parseAdts(frame);
    expect(header?.headerBytes).to.equal(7);
    expect(header?.frameBytes).to.equal(348);
    expect(parseAacConfig(header?.config ?? frame)).to.deep.equal({
      objectType: 2,
      sampleRate: 48000,
      channels: 2,
      samplesPerFrame: 1024,
    });
  });

  const configs: readonly [string, number[], object | null][] = [
    [
      'LC 44.1 kHz mono',
      [0x12, 0x08],
      { objectType: 2, sampleRate: 44100, channels: 1, samplesPerFrame: 1024 },
    ],
    ['LC 5.1', [0x11, 0xb0], { objectType: 2, sampleRate: 48000, channels: 6, samplesPerFrame: 1024 }],
    [
      'LC of 960 samples',
      [0x11, 0x94],
      { objectType: 2, sampleRate: 48000, channels: 2, samplesPerFrame: 960 },
    ],
    [
      'HE over LC',
      [0x2b, 0x11, 0x88, 0x00],
      { objectType: 5, sampleRate: 24000, channels: 2, samplesPerFrame: 1024 },
    ],
    ['a reserved rate', [0x16, 0x90], null],
    ['one byte', [0x12], null],
  ];
  for (const [name, bytes, expected] of configs) {
    it(name, () => expect(parseAacConfig(Uint8Array.from(bytes))).to.deep.equal(expected));
  }
});

describe('dOps', () => {
  it('holds the fields of OpusHead in the other byte order', () => {
    const head = Buffer.from('4f707573486561640102380180bb0000000000', 'hex');
    expect(Buffer.from(dOps(head) ?? []).toString('hex')).to.equal('00000013644f7073000201380000bb80000000');
  });

  it('is null for a head that is cut short, its channel mapping included', () => {
    expect(dOps(Buffer.from('4f70757348656164010238', 'hex'))).to.equal(null);
    expect(dOps(Buffer.from('4f707573486561640106380180bb00000000010402', 'hex'))).to.equal(null);
  });
});
