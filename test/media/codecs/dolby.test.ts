import { expect } from 'chai';
import { readAc3, readEac3 } from '../../../functions/stream/media/codecs/dolby.ts';

/** A frame that begins with these bytes, and is as long as it says. */
const frame = (start: readonly number[], bytes: number) =>
  Uint8Array.from({ length: bytes }, (_, i) => start[i] ?? 0);

// Headers as ffmpeg 5.1 writes them: 44.1 kHz, 5.1, 448 kbit/s and 384 kbit/s; and what it writes of them into MP4.
const AC3 = [0x0b, 0x77, 0x0d, 0xce, 0x5e, 0x40, 0xeb, 0xf8];
const EAC3 = [0x0b, 0x77, 0x03, 0x42, 0x7f, 0x87, 0xc0, 0x00];

describe('headers of Dolby Digital', () => {
  it('tell what dac3 says', () => {
    const { configuration, ...told } = readAc3(frame(AC3, 1950)) ?? { configuration: [] };
    expect(told).to.deep.equal({ channels: 6, sampleRate: 44_100, samples: 1536, frameBytes: 1950 });
    expect([...configuration]).to.deep.equal([0x50, 0x3d, 0xe0]);
  });

  it('tell what dec3 says', () => {
    const { configuration, ...told } = readEac3(frame(EAC3, 1670)) ?? { configuration: [] };
    expect(told).to.deep.equal({ channels: 6, sampleRate: 44_100, samples: 1536, frameBytes: 1670 });
    expect([...configuration]).to.deep.equal([0x0c, 0x00, 0x60, 0x0f, 0x00]);
  });

  const OTHERS: [string, Uint8Array | null][] = [
    ['another codec', frame([0xff, 0xf1, 0x50], 100)],
    ['nothing', new Uint8Array()],
    ['a cut header', frame(EAC3.slice(0, 4), 4)],
    ['a frame and one that depends on it', frame(EAC3, 1600)],
    ['a frame that depends on another', frame([0x0b, 0x77, 0x43, ...EAC3.slice(3)], 1670)],
    ['half a sample rate', frame([0x0b, 0x77, 0x03, 0x42, 0xff], 1670)],
  ];
  for (const [name, bytes] of OTHERS) {
    it(`are not guessed: ${name}`, () => {
      expect(bytes && readEac3(bytes)).to.equal(null);
    });
  }
});
