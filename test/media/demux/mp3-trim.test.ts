import { expect } from 'chai';
import { mp3Trim } from '../../../functions/stream/media/demux/mp3-trim.ts';
import { bytesAccess } from '../../../testing/file-access.ts';

const [MONO, STEREO] = [0xc0, 0x00];
/** Frames of 128 kbit/s: MPEG-1 at 44.1 and 48 kHz, MPEG-2 at 24 kHz. */
const [MPEG1, MPEG1_48, MPEG2] = [
  [0xfb, 0x90],
  [0xfb, 0x94],
  [0xf3, 0xd4],
] as const;

type Tag = {
  readonly name: string;
  readonly flags: number;
  readonly encoder: string;
  readonly delay: number;
};
const FRAMES = 100;
const PADDING = 1000;
const LAME: Tag = { name: 'Info', flags: 15, encoder: 'LAME3.100', delay: 576 };

/** Writes the first frame of a file, its tag after `side` bytes. */
function frameOf([version, rates]: readonly [number, number], mode: number, side: number, tag: Tag): Buffer {
  const bytes = Buffer.alloc(2048);
  bytes.set([0xff, version, rates, mode]);
  const at = 4 + side;
  bytes.write(tag.name, at, 'latin1');
  bytes.writeUInt32BE(tag.flags, at + 4);
  const fields = [4, 4, 100, 4].reduce((sum, length, i) => sum + ((tag.flags >> i) & 1) * length, 0);
  if (tag.flags & 1) bytes.writeUInt32BE(FRAMES, at + 8);
  const extension = at + 8 + fields;
  bytes.write(tag.encoder, extension, 'latin1');
  bytes.writeUIntBE((tag.delay << 12) | PADDING, extension + 21, 3);
  return bytes;
}

const ID3 = Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5]);

const ROWS: readonly (readonly [what: string, bytes: Buffer, samples: number, sampleRate: number])[] = [
  ['LAME', frameOf(MPEG1, STEREO, 32, LAME), 576 + 529, 44_100],
  ['it in mono', frameOf(MPEG1_48, MONO, 17, LAME), 576 + 529, 48_000],
  ['it at a low rate', frameOf(MPEG2, STEREO, 17, { ...LAME, delay: 1105 }), 1105 + 529, 24_000],
  ['it at a low rate in mono', frameOf(MPEG2, MONO, 9, LAME), 576 + 529, 24_000],
  ['it behind ID3', Buffer.concat([ID3, frameOf(MPEG1, STEREO, 32, LAME)]), 576 + 529, 44_100],
  ['ffmpeg', frameOf(MPEG1, STEREO, 32, { ...LAME, name: 'Xing', encoder: 'Lavc59.37' }), 576 + 529, 44_100],
  ['few fields', frameOf(MPEG1, STEREO, 32, { ...LAME, flags: 1 }), 576 + 529, 44_100],
  ['another encoder', frameOf(MPEG1, STEREO, 32, { ...LAME, encoder: 'Gogo' }), 0, 44_100],
  ['no tag', frameOf(MPEG1, STEREO, 32, { ...LAME, name: 'None' }), 0, 44_100],
  ['a file that ends in its tag', frameOf(MPEG1, STEREO, 32, LAME).subarray(0, 40), 0, 44_100],
  ['no frame', Buffer.alloc(64), 0, 44_100],
];

describe('mp3Trim', () => {
  for (const [what, bytes, samples, sampleRate] of ROWS) {
    it(what, async () => {
      const trim = await mp3Trim(bytesAccess(bytes));
      expect(trim?.delaySeconds ?? 0).to.be.closeTo(samples / sampleRate, 1e-9);
      const all = FRAMES * (sampleRate === 24_000 ? 576 : 1152);
      const heard = (all - (samples - 529) - PADDING) / sampleRate;
      if (samples > 0) expect(trim?.heardSeconds).to.be.closeTo(heard, 1e-9);
      else expect(trim).to.equal(null);
    });
  }

  it('knows no length without a count of frames', async () => {
    const bytes = frameOf(MPEG1, STEREO, 32, { ...LAME, flags: 2 });
    expect(await mp3Trim(bytesAccess(bytes))).to.deep.equal({
      delaySeconds: 1105 / 44_100,
      heardSeconds: null,
    });
  });
});
