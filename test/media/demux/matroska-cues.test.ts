import { expect } from 'chai';
import { readCues } from '../../../functions/stream/media/demux/matroska-cues.ts';
import { bytesAccess } from '../../../testing/file-access.ts';

const number = (value: number) => {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256))
    bytes.unshift(rest % 256);
  return Buffer.from(bytes);
};

/** Writes an element with a size of eight bytes, or of unknown size. */
function element(id: number, content: Buffer, size: number | null = content.length): Buffer {
  const length = Buffer.alloc(8, 0xff);
  if (size !== null) length.writeBigUInt64BE(BigInt(size));
  length[0] = 0x01;
  return Buffer.concat([number(id), length, content]);
}

type Point = {
  readonly time: number;
  readonly track?: number;
  readonly at: number;
  readonly within?: number;
};

function cues(points: readonly Point[]): Buffer {
  const entries = points.map(({ time, track = 1, at, within }) => {
    const relative = within === undefined ? [] : [element(0xf0, number(within))];
    const places = [element(0xf7, number(track)), element(0xf1, number(at)), ...relative];
    return element(0xbb, Buffer.concat([element(0xb3, number(time)), element(0xb7, Buffer.concat(places))]));
  });
  return element(0x1c53bb6b, Buffer.concat(entries));
}

const media = element(0x1f43b675, Buffer.alloc(300_000));
const info = (scale?: number) =>
  element(0x1549a966, scale === undefined ? Buffer.alloc(0) : element(0x2ad7b1, number(scale)));
const seekTo = (position: number) => {
  const seek = [
    element(0x53ab, number(0x1c53bb6b)),
    element(
      0x53ac,
      number(position).length < 4
        ? Buffer.concat([Buffer.alloc(4 - number(position).length), number(position)])
        : number(position),
    ),
  ];
  return element(0x114d9b74, element(0x4dbb, Buffer.concat(seek)));
};

function file(parts: readonly Buffer[]): { bytes: Buffer; segmentAt: number } {
  const head = element(0x1a45dfa3, Buffer.alloc(0));
  const segment = element(0x18538067, Buffer.concat(parts));
  return { bytes: Buffer.concat([head, segment]), segmentAt: head.length + 12 };
}

/** Writes a film with its index after the media, as most writers leave it. */
function film(points: readonly Point[], scale?: number) {
  const before = seekTo(0).length + info(scale).length + media.length;
  return file([seekTo(before), info(scale), media, cues(points)]);
}

describe('the cues of Matroska', () => {
  it('tell the key frames of each track, in two reads', async () => {
    const { bytes, segmentAt } = film([
      { time: 0, at: 100 },
      { time: 0, at: 100, track: 2 },
      { time: 2_500, at: 100, within: 50 },
      { time: 5_000, at: 70_000 },
    ]);
    const access = bytesAccess(bytes);
    const found = await readCues(access);
    expect(found?.get(1)).to.deep.equal([
      { seconds: 0, at: segmentAt + 100, isBlock: false },
      { seconds: 2.5, at: segmentAt + 150, isBlock: true },
      { seconds: 5, at: segmentAt + 70_000, isBlock: false },
    ]);
    expect(found?.get(2)).to.deep.equal([{ seconds: 0, at: segmentAt + 100, isBlock: false }]);
    expect(access.reads.count).to.equal(2);
    expect(access.reads.bytes).to.be.below(200_000);
  });

  it('are read in a third read if they are long', async () => {
    const points = Array.from({ length: 4_000 }, (_, i) => ({ time: i * 1_000, at: i * 70 }));
    const access = bytesAccess(film(points).bytes);
    expect((await readCues(access))?.get(1)).to.have.length(4_000);
    expect(access.reads.count).to.equal(3);
  });

  it('count on the clock of the file', async () => {
    const found = await readCues(bytesAccess(film([{ time: 30, at: 9 }], 100_000_000).bytes));
    expect(found?.get(1)?.[0]?.seconds).to.equal(3);
  });

  it('may lie before the media', async () => {
    const { bytes } = file([info(), cues([{ time: 1_000, at: 500 }]), media]);
    expect((await readCues(bytesAccess(bytes)))?.get(1)?.[0]?.seconds).to.equal(1);
  });

  it('lead neither back in time nor out of the file', async () => {
    const { bytes } = film([
      { time: 1_000, at: 500 },
      { time: 1_000, at: 600 },
      { time: 900, at: 700 },
      { time: 2_000, at: 400 },
      { time: 3_000, at: 900_000 },
      { time: 4_000, at: 800 },
    ]);
    const times = (await readCues(bytesAccess(bytes)))?.get(1)?.map(({ seconds }) => seconds);
    expect(times).to.deep.equal([1, 4]);
  });

  const NONE: readonly (readonly [what: string, bytes: Buffer])[] = [
    ['there are none', file([info(), media]).bytes],
    ['the list of contents leads elsewhere', file([seekTo(40), info(), media]).bytes],
    ['the list of contents leads out of the file', file([seekTo(9_000_000), info(), media]).bytes],
    [
      'they are cut off',
      film([
        { time: 0, at: 1 },
        { time: 9, at: 2 },
      ]).bytes.subarray(0, -20),
    ],
    ['the file is no Matroska', Buffer.alloc(1_000, 7)],
    ['the file is empty', Buffer.alloc(0)],
  ];
  for (const [what, bytes] of NONE) {
    it(`are not found if ${what}`, async () => {
      expect(await readCues(bytesAccess(bytes))).to.equal(null);
    });
  }
});
