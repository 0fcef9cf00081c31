import { expect } from 'chai';
import { readId3Chapters } from '../../../functions/stream/media/demux/id3-chapters.ts';
import type { RandomAccess } from '../../../functions/stream/source/bytes.ts';

type Version = 3 | 4;

function size(version: Version, bytes: number): Buffer {
  const shifts = version === 3 ? [24, 16, 8, 0] : [21, 14, 7, 0];
  return Buffer.from(shifts.map((shift) => (bytes >> shift) & (version === 3 ? 0xff : 0x7f)));
}

function frame(version: Version, id: string, body: Buffer, flags = [0, 0]): Buffer {
  return Buffer.concat([Buffer.from(id, 'latin1'), size(version, body.length), Buffer.from(flags), body]);
}

function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

const NONE = 0xffff_ffff;
const utf8 = (text: string) => Buffer.from(`\x03${text}`, 'utf8');
const utf16 = (text: string) =>
  Buffer.concat([Buffer.from([1, 0xff, 0xfe]), Buffer.from(`${text}\0`, 'utf16le')]);
const utf16be = (text: string) => Buffer.concat([Buffer.from([2]), Buffer.from(text, 'utf16le').swap16()]);

function chapter(
  version: Version,
  name: string,
  [start, end]: readonly [number, number],
  ...parts: Buffer[]
): Buffer {
  const head = Buffer.concat([Buffer.from(`${name}\0`, 'latin1'), uint32(start, end, NONE, NONE)]);
  return frame(version, 'CHAP', Buffer.concat([head, ...parts]));
}

function contents(version: Version, name: string, flags: number, ...names: readonly string[]): Buffer {
  const list = Buffer.from(names.map((child) => `${child}\0`).join(''), 'latin1');
  return frame(
    version,
    'CTOC',
    Buffer.concat([Buffer.from(`${name}\0`, 'latin1'), Buffer.from([flags, names.length]), list]),
  );
}

function tag(version: Version, flags: number, ...frames: readonly Buffer[]): Buffer {
  const body = Buffer.concat(frames);
  return Buffer.concat([
    Buffer.from('ID3', 'latin1'),
    Buffer.from([version, 0, flags]),
    size(4, body.length),
    body,
  ]);
}

async function read(bytes: Buffer) {
  let readBytes = 0;
  const file: RandomAccess = {
    sizeBytes: bytes.length,
    read: async (start, end) => {
      const part = bytes.subarray(start, end);
      readBytes += part.length;
      return part;
    },
  };
  const chapters = await readId3Chapters(file);
  return {
    chapters: chapters.map(({ startSeconds, endSeconds, title }) => [startSeconds, endSeconds, title]),
    readBytes,
  };
}

describe('readId3Chapters', () => {
  for (const version of [3, 4] as const) {
    const title = (text: Buffer) => frame(version, 'TIT2', text);

    it(`reads version 2.${version}, whatever its titles are coded in, and no image`, async () => {
      const image = frame(version, 'APIC', Buffer.alloc(300_000, 0x41));
      const bytes = tag(
        version,
        0,
        frame(version, 'TIT2', utf8('The book')),
        chapter(version, 'a', [0, 10_000], image, title(utf16('Größe'))),
        chapter(version, 'b', [10_000, 22_500], title(utf8('Tom & <Jerry>')), image),
        chapter(version, 'c', [22_500, 22_500], title(utf16be('Ende'))),
        chapter(version, 'd', [30_000, NONE]),
        Buffer.alloc(50),
      );
      const { chapters, readBytes } = await read(Buffer.concat([bytes, Buffer.alloc(1000, 0xff)]));
      expect(chapters).to.deep.equal([
        [0, 10, 'Größe'],
        [10, 22.5, 'Tom & <Jerry>'],
        [22.5, null, 'Ende'],
        [30, null, ''],
      ]);
      expect(readBytes).to.be.below(12_000);
    });

    it(`shows what the table of contents of version 2.${version} names, and all without one`, async () => {
      const parts = ['a', 'b', 'c'].map((name, i) =>
        chapter(version, name, [i * 1000, (i + 1) * 1000], title(utf8(name))),
      );
      const titles = async (...frames: Buffer[]) =>
        (await read(tag(version, 0, ...parts, ...frames))).chapters.map(([, , name]) => name);
      expect(await titles()).to.deep.equal(['a', 'b', 'c']);
      expect(await titles(contents(version, 'toc', 3, 'a', 'c'))).to.deep.equal(['a', 'c']);
      const nested = [contents(version, 'toc', 3, 'a', 'part'), contents(version, 'part', 1, 'b', 'toc')];
      expect(await titles(...nested)).to.deep.equal(['a', 'b']);
      expect(await titles(contents(version, 'toc', 3))).to.deep.equal(['a', 'b', 'c']);
    });
  }

  it('reads a tag that is masked as a whole, and an extended header', async () => {
    const extension = Buffer.concat([uint32(6), Buffer.alloc(6)]);
    const name = Buffer.concat([Buffer.from([0]), Buffer.from([0x61, 0xff, 0x62])]);
    const plain = tag(3, 0xc0, extension, chapter(3, 'a', [0, 0xff00], frame(3, 'TIT2', name)));
    const body = [...plain.subarray(10)].flatMap((byte) => (byte === 0xff ? [byte, 0] : [byte]));
    const masked = Buffer.concat([plain.subarray(0, 6), size(4, body.length), Buffer.from(body)]);
    expect((await read(masked)).chapters).to.deep.equal([[0, 65.28, 'aÿb']]);
  });

  it('passes over frames that are compressed or encrypted, and skips what stands before content', async () => {
    const hidden = frame(4, 'CHAP', Buffer.from('a\0'), [0, 0x08]);
    const grouped = frame(4, 'TIT2', Buffer.concat([Buffer.alloc(1 + 4), utf8('b')]), [0, 0x41]);
    expect((await read(tag(4, 0, hidden, chapter(4, 'b', [0, 5], grouped)))).chapters).to.deep.equal([
      [0, 0.005, 'b'],
    ]);
  });

  const whole = tag(4, 0, chapter(4, 'a', [0, 1000], frame(4, 'TIT2', utf8('a'))), contents(4, 't', 3, 'a'));
  it('finds nothing, or less, in every cut and every flip of a tag', async () => {
    for (let at = 0; at < whole.length; at++) {
      expect((await read(whole.subarray(0, at))).chapters.length).to.be.at.most(1);
      for (const bit of [0x80, 0x01, 0xff]) {
        const flipped = Buffer.from(whole);
        flipped[at] = (flipped[at] ?? 0) ^ bit;
        expect((await read(flipped)).chapters.length).to.be.at.most(1);
      }
    }
  });

  it('ends soon in a tag of nothing but frames', async () => {
    const part = frame(4, 'TXXX', Buffer.alloc(0));
    const parts = Buffer.concat(new Array(2_000).fill(part));
    const many = Buffer.concat(new Array(3_000).fill(chapter(4, 'a', [0, 1], parts.subarray(0, 400))));
    const { chapters } = await read(tag(4, 0, many, parts));
    expect(chapters).to.have.length(2_000);
  });
});
