import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { mp3Extent } from '../../functions/stream/media/demux/mp3-extent.ts';
import { audioEnd } from '../../functions/stream/media/demux/mp3-tags.ts';
import { chainedOggSeconds, isChainedOgg } from '../../functions/stream/media/demux/ogg-links.ts';
import type { AccessUnit } from '../../functions/stream/media/transport/access-units.ts';
import { type Coding, randomAccessPoint } from '../../functions/stream/media/transport/coding.ts';
import { decoderHeaders } from '../../functions/stream/media/transport/decoder-headers.ts';
import { findSplice } from '../../functions/stream/media/transport/find-splice.ts';
import { readPesHeader, readTime, ticksFrom, writeTime } from '../../functions/stream/media/transport/pes.ts';
import { programTimekeeping } from '../../functions/stream/media/transport/ps-timekeeping.ts';
import { spliced } from '../../functions/stream/media/transport/splice.ts';

const unit = (...bytes: number[]) => [0, 0, 1, ...bytes];
const SETS = [...unit(0x67, 1), ...unit(0x68, 1)];
/** Writes a recovery point of so many frames as one byte of Exp-Golomb: 0 is `1`, 1 is `010`. */
const recovery = (code: number) => unit(6, 6, 1, code, 0x80);

describe('randomAccessPoint', () => {
  const POINTS: [what: string, coding: Coding, data: number[], frames: number | null][] = [
    ['an IDR picture with its sets', 'h264', [...unit(9, 0x10), ...SETS, ...unit(0x65, 1)], 0],
    ['an IDR picture without them', 'h264', unit(0x65, 1), 0],
    ['a slice that is no keyframe', 'h264', [...SETS, ...unit(0x41, 1)], null],
    ['a recovery point', 'h264', [...SETS, ...recovery(0x84), ...unit(0x41, 1)], 0],
    ['one that takes a frame', 'h264', [...SETS, ...recovery(0x44), ...unit(0x41, 1)], 1],
    ['a CRA picture', 'hevc', [...unit(64, 1), ...unit(66, 1), ...unit(68, 1), ...unit(42, 1)], 0],
    ['a trailing picture', 'hevc', [...unit(64, 1), ...unit(66, 1), ...unit(68, 1), ...unit(2, 1)], null],
    ['an intra picture behind a header', 'mpeg2', [...unit(0xb3, 1), ...unit(0, 0, 0x08, 0)], 0],
    ['a predicted one', 'mpeg2', [...unit(0xb3, 1), ...unit(0, 0, 0x10, 0)], null],
    ['a whole intra frame without a header', 'mpeg2', [...unit(0, 0, 0x08), ...unit(0xb5, 0x8f, 0xff, 3)], 0],
    ['a field without one', 'mpeg2', [...unit(0, 0, 0x08), ...unit(0xb5, 0x8f, 0xff, 2)], null],
    ['an intra picture of MPEG-1', 'mpeg2', [...unit(0, 0, 0x08), ...unit(1)], 0],
    ['an intra VOP', 'mpeg4', [...unit(0x20, 1), ...unit(0xb6, 0x10)], 0],
    ['a predicted VOP', 'mpeg4', [...unit(0x20, 1), ...unit(0xb6, 0x50)], null],
  ];
  for (const [what, coding, data, frames] of POINTS) {
    it(`${what} (${coding})`, () => {
      expect(randomAccessPoint(coding, Buffer.from(data))?.recoveryFrames ?? null).to.equal(frames);
    });
  }
});

describe('decoderHeaders', () => {
  const HEADERS: [what: string, coding: Coding, data: number[], headers: number[] | null][] = [
    [
      'both sets',
      'h264',
      [...unit(9, 0x10), ...SETS, ...unit(6, 5), ...unit(0x65, 1)],
      [0, ...unit(0x67, 1), 0, ...unit(0x68, 1)],
    ],
    ['a set alone', 'h264', [...unit(0x68, 1), ...unit(0x65, 1)], null],
    ['sets of the next frame', 'h264', [...unit(0x65, 1), ...SETS], null],
    [
      'three sets',
      'hevc',
      [...unit(64, 1), ...unit(66, 1), ...unit(68, 1), ...unit(38, 1)],
      [0, ...unit(64, 1), 0, ...unit(66, 1), 0, ...unit(68, 1)],
    ],
    // The zeros at the end of an extension are its own.
    [
      'a sequence with its extension',
      'mpeg2',
      [...unit(0xb3, 1), ...unit(0xb5, 0x14, 0, 0), ...unit(0xb8, 1)],
      [...unit(0xb3, 1), ...unit(0xb5, 0x14, 0, 0)],
    ],
    ['a group without one', 'mpeg2', [...unit(0xb8, 1), ...unit(0, 0, 8)], null],
    ['a layer', 'mpeg4', [...unit(0xb0, 1), ...unit(0x20, 1), ...unit(0xb6, 0)], unit(0x20, 1)],
  ];
  for (const [what, coding, data, headers] of HEADERS) {
    it(`${what} (${coding})`, () => {
      const found = decoderHeaders(coding, Buffer.from(data));
      expect(found && [...found]).to.deep.equal(headers);
    });
  }
});

describe('findSplice', () => {
  const MEGABYTE = 2 ** 20;

  /** Scans a film of one frame per megabyte and second, some of which are points, and some with headers. */
  function filmOf(megabytes: number, points: readonly number[], headed: Readonly<Record<number, string>>) {
    const frames = Array.from({ length: megabytes }, (_, i) => ({
      position: i * MEGABYTE,
      pts: i * 90_000,
      dts: i * 90_000,
      point: () => (points.includes(i) ? { recoveryFrames: 0 } : null),
      headers: () => (headed[i] === undefined ? null : Buffer.from(headed[i])),
      splice: (headers: Uint8Array | null) => ({ head: headers ?? Buffer.from('own'), from: i }),
    }));
    const scan = async (start: number, end: number) =>
      frames.filter(({ position }) => position >= start && position < end);
    return async (seconds: number, beginnings: readonly number[] = [0]) => {
      const searched = { sizeBytes: megabytes * MEGABYTE, beginnings };
      const found = await findSplice(scan, searched, { originTicks: 0, seconds, frameSeconds: 1 });
      return found && { from: found.from, head: Buffer.from(found.head).toString() };
    };
  }

  it('begins at the last point with headers of its own', async () => {
    const find = filmOf(20, [0, 5, 10, 15], { 0: 'a', 5: 'a', 10: 'b', 15: 'b' });
    expect(await find(12)).to.deep.equal({ from: 10, head: 'own' });
    expect(await find(10)).to.deep.equal({ from: 10, head: 'own' });
    expect(await find(9.9)).to.deep.equal({ from: 5, head: 'own' });
  });

  it('takes headers from before, as near as they are', async () => {
    const find = filmOf(20, [0, 5, 10, 15], { 0: 'first', 14: 'near' });
    expect(await find(17)).to.deep.equal({ from: 15, head: 'near' });
    expect(await find(12)).to.deep.equal({ from: 10, head: 'first' });
  });

  it('takes those of the same recording', async () => {
    const find = filmOf(200, [0, 90, 150], { 0: 'first', 100: 'second' });
    expect(await find(160, [0, 100 * MEGABYTE])).to.deep.equal({ from: 150, head: 'second' });
    expect(await find(95, [0, 100 * MEGABYTE])).to.deep.equal({ from: 90, head: 'first' });
  });

  it('goes back as far as a group of frames reaches', async () => {
    const find = filmOf(500, [0, 100], { 0: 'a', 100: 'a' });
    expect(await find(450)).to.deep.equal({ from: 100, head: 'own' });
  });

  it('finds each of many times by a few looks, whatever the rate', async () => {
    const frames: AccessUnit[] = [];
    for (let i = 0, position = 0; i < 4_000; i++) {
      const frame = { position, pts: i * 45_000, dts: i * 45_000, headers: () => Buffer.of(1) };
      const from = position;
      const point = () => (i % 4 === 0 ? { recoveryFrames: 0 } : null);
      frames.push({ ...frame, point, splice: () => ({ head: Buffer.of(1), from }) });
      // A tenth of the rate in every other quarter, and a steady one in the last.
      position += i < 3_000 && i % 1_000 < 500 ? 50_000 : 500_000;
    }
    const sizeBytes = (frames.at(-1)?.position ?? 0) + 500_000;
    let scans = 0;
    const scan = async (start: number, end: number) => {
      scans++;
      return frames.filter(({ position }) => position >= start && position < end);
    };
    const landmarks: { position: number; ticks: number }[] = [];
    for (let seconds = 1; seconds < 2_000; seconds += 20) {
      const searched = { sizeBytes, beginnings: [0], landmarks };
      const wanted = { originTicks: 0, seconds, frameSeconds: 0.5 };
      const found = await findSplice(scan, searched, wanted);
      const expected = frames.findLast(({ pts, point }) => point() !== null && pts <= seconds * 90_000);
      expect(found?.from, `${seconds} s`).to.equal(expected?.position);
    }
    // Of both: the looks, and the readings of what lies before the place.
    expect(scans).to.be.below(100 * 10);
  });

  it('begins with the file if nothing else is decodable', async () => {
    expect(await filmOf(20, [10], {})(15)).to.equal(null);
    expect(await filmOf(20, [], { 0: 'a' })(15)).to.equal(null);
  });
});

describe('times of PES packets', () => {
  it('are written over as they are read', () => {
    const bytes = Buffer.from([0x31, 0, 1, 0, 1]);
    for (const ticks of [0, 1, 2 ** 15, 2 ** 30 + 12_345, 2 ** 33 - 1]) {
      writeTime(bytes, 0, ticks);
      expect(readTime(bytes, 0)).to.equal(ticks);
      expect((bytes[0] ?? 0) & 0xf1).to.equal(0x31);
    }
  });

  it('are found in packets of MPEG-2 and of MPEG-1', () => {
    const time = [0x21, 0, 3, 0, 1];
    const second = Buffer.from([...unit(0xe0, 0, 20), 0x80, 0x80, 5, ...time, 1, 2, 3]);
    expect(readPesHeader(second, 0)).to.include({ pts: 2 ** 15, dts: null, headerBytes: 14, length: 20 });
    const first = Buffer.from([...unit(0xe0, 0, 20), 0xff, 0x60, 0x2e, ...time, 1, 2, 3]);
    expect(readPesHeader(first, 0)).to.include({ pts: 2 ** 15, dts: null, headerBytes: 14 });
    expect(readPesHeader(Buffer.from(unit(0xbb, 0, 9, 0, 0, 0)), 0)).to.equal(null);
  });

  it('go round', () => {
    expect(ticksFrom(2 ** 33 - 10, 5)).to.equal(15);
    expect(ticksFrom(5, 2 ** 33 - 10)).to.equal(-15);
  });
});

describe('the clock of a program stream', () => {
  const pack = (...bytes: number[]) => unit(0xba, ...bytes);
  // MPEG-2 writes 33 bits and an extension of nine, MPEG-1 only the former.
  const second = pack(0x44, 0, 4, 0, 4, 1, 0, 0, 3, 0xf8);
  const first = pack(0x21, 0, 1, 0, 1, 0x80, 0, 1);
  const packet = unit(0xe0, 0, 12, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1, 7, 7, 7, 7);
  const END = unit(0xb9);

  for (const [what, head] of [
    ['MPEG-2', second],
    ['MPEG-1', first],
  ] as const) {
    it(`is read and written over, as are the times of packets: ${what}`, () => {
      const bytes = Buffer.from([...head, ...packet, ...head, ...END]);
      const timekeeping = programTimekeeping(bytes.length);
      expect(timekeeping.clocks(bytes, 100)).to.deep.equal([
        { position: 100, ticks: 0 },
        { position: 100 + head.length + packet.length, ticks: 0 },
      ]);
      for (const addedTicks of [1, 2 ** 15 + 3, 2 ** 30 + 2 ** 13, 2 ** 33 - 1]) {
        const copy = Buffer.from(bytes);
        timekeeping.correct(copy, 100, () => ({ start: 0, addedTicks, addedCounts: new Map() }));
        expect(timekeeping.clocks(copy, 0).map(({ ticks }) => ticks)).to.deep.equal([addedTicks, addedTicks]);
        expect(timekeeping.times(copy, 0).map(({ pts }) => pts)).to.deep.equal([addedTicks]);
        timekeeping.correct(copy, 100, () => ({ start: 0, addedTicks: -addedTicks, addedCounts: new Map() }));
        expect(copy.equals(bytes)).to.equal(true);
      }
    });
  }
});

describe('spliced', () => {
  const bytes = Buffer.from('0123456789');
  const access = {
    sizeBytes: 10,
    read: async (start: number, end: number) => bytes.subarray(start, end),
    stream: ({ start, end }: { start: number; end: number }) => Readable.from([bytes.subarray(start, end)]),
  };
  const output = spliced(access, { head: Buffer.from('ab'), from: 6 });

  for (const [start, end, text] of [
    [0, 6, 'ab6789'],
    [1, 4, 'b67'],
    [0, 1, 'a'],
    [3, 6, '789'],
  ] as const) {
    it(`has ${text} in [${start}, ${end})`, async () => {
      expect(output.sizeBytes).to.equal(6);
      expect(Buffer.from(await output.read(start, end)).toString()).to.equal(text);
      expect((await buffer(output.stream({ start, end }))).toString()).to.equal(text);
    });
  }
});

const fileOf = (...parts: Uint8Array[]) => {
  const bytes = Buffer.concat(parts);
  return { sizeBytes: bytes.length, read: async (start: number, end: number) => bytes.subarray(start, end) };
};

describe('the length of files that follow each other', () => {
  /** 128 kbit/s at 48 kHz: 384 bytes, 24 ms. */
  const frame = Buffer.concat([Buffer.from([0xff, 0xfb, 0x94, 0xc0]), Buffer.alloc(380, 0x55)]);
  const frames = (count: number) => Buffer.concat(Array<Buffer>(count).fill(frame));
  const counting = (count: number) => {
    const first = Buffer.from(frame);
    first.write('Info', 36, 'latin1');
    first.writeUInt32BE(3, 40);
    first.writeUInt32BE(count, 44);
    first.writeUInt32BE((count + 1) * frame.length, 48);
    return Buffer.concat([first, frames(count)]);
  };

  /** Tags as programs write them after the audio: kind, and bytes of their content. */
  const TAGS: readonly (readonly (readonly [kind: string, bytes: number])[])[] = [
    [['ape', 300_000]],
    [['ape without header', 1000]],
    [
      ['ape', 5000],
      ['id3v1', 0],
    ],
    [
      ['lyrics3v2', 4000],
      ['id3v1', 0],
    ],
    [
      ['lyrics3v1', 4000],
      ['id3v1', 0],
    ],
    [
      ['ape', 400],
      ['lyrics3v2', 400],
      ['longer id3v1', 0],
    ],
    [['id3v2', 700]],
  ];
  const tagOf = (kind: string, bytes: number): Buffer => {
    const ape = (flags: number) => {
      const block = Buffer.alloc(32);
      block.write('APETAGEX', 0, 'latin1');
      block.writeUInt32LE(2000, 8);
      block.writeUInt32LE(bytes + 32, 12);
      block.writeUInt32LE(flags >>> 0, 20);
      return block;
    };
    const body = Buffer.alloc(bytes, 'frame');
    switch (kind) {
      case 'ape':
        return Buffer.concat([ape(0xa0000000), body, ape(0x80000000)]);
      case 'ape without header':
        return Buffer.concat([body, ape(0)]);
      case 'lyrics3v2':
        return Buffer.from(`LYRICSBEGIN${body}${String(bytes + 11).padStart(6, '0')}LYRICS200`);
      case 'lyrics3v1':
        return Buffer.from(`LYRICSBEGIN${body}LYRICSEND`);
      case 'id3v2': {
        const size = Buffer.from([4, 0, 0x10, 0, 0, bytes >> 7, bytes & 0x7f]);
        return Buffer.concat([Buffer.from('ID3'), size, body, Buffer.from('3DI'), size]);
      }
      case 'longer id3v1':
        return Buffer.from(`TAG+${' '.repeat(223)}TAG${' '.repeat(125)}`);
      default:
        return Buffer.from(`TAG${' '.repeat(125)}`);
    }
  };

  it('is that of all MP3 frames', async () => {
    expect(await mp3Extent(fileOf(counting(100)))).to.deep.equal({ kind: 'as declared' });
    expect(await mp3Extent(fileOf(counting(100), Buffer.alloc(50_000)))).to.deep.equal({
      kind: 'as declared',
    });
    const joined = await mp3Extent(fileOf(counting(100), counting(50)));
    expect(joined.kind).to.equal('joined');
    if (joined.kind === 'joined') expect(joined.seconds).to.be.closeTo(151 * 0.024, 1e-6);
    expect(await mp3Extent(fileOf(frames(100)))).to.deep.equal({ kind: 'as declared' });
    expect(await mp3Extent(fileOf(frames(100), Buffer.from(`TAG${' '.repeat(125)}`)))).to.deep.equal({
      kind: 'as declared',
    });
    for (const tags of TAGS) {
      const file = fileOf(frames(100), ...tags.map(([text, body]) => tagOf(text, body)));
      expect(await audioEnd(file)).to.equal(100 * frame.length);
      expect(await mp3Extent(file)).to.deep.equal({ kind: 'as declared' });
    }
    const padded = await mp3Extent(fileOf(frames(100), Buffer.alloc(50_000)));
    expect(padded.kind).to.equal('padded');
    if (padded.kind === 'padded') expect(padded.seconds).to.be.closeTo(2.4, 1e-6);
  });

  const page = (serial: number, granule: number, payload: string | Buffer) => {
    const body = Buffer.from(payload as string, 'latin1');
    const head = Buffer.alloc(28);
    head.write('OggS', 0, 'latin1');
    // Its links begin with the head of their codec, at 0.
    head[5] = granule === 0 ? 2 : 0;
    head.writeBigInt64LE(BigInt(granule), 6);
    head.writeUInt32LE(serial, 14);
    head[26] = 1;
    head[27] = body.length;
    return Buffer.concat([head, body]);
  };
  /** Writes Opus with 20 ms in its first page of audio; its samples are counted from `from`. */
  const opus = (serial: number, seconds: number, from = 0) => {
    const head = Buffer.alloc(19);
    head.write('OpusHead', 0, 'latin1');
    head.writeUInt16LE(312, 10);
    const audio = Buffer.from([0xf8, 1, 2, 3]);
    const end = from + 312 + 48_000 * seconds;
    return [page(serial, 0, head), page(serial, from + 960, audio), page(serial, end, audio)];
  };

  it('is not told by links that are cut off in their first packet', async () => {
    for (const head of ['OpusHead', '\x01vorbis', '\x7fFLAC', 'OpusHead\x01\x02', '']) {
      const links = [page(1, 0, Buffer.from(head, 'latin1')), page(2, 48_000, Buffer.from([0xf8]))];
      expect(await chainedOggSeconds(fileOf(...links)), head).to.equal(null);
    }
  });

  it('is that of all links of an Ogg file', async () => {
    // A large file is looked at in places.
    const large = Array.from({ length: 20_000 }, () => page(1, 960, Buffer.alloc(250)));
    const [head, first, last] = opus(1, 4).map((each) => [each]);
    for (const own of [opus(1, 4), [head, first, large, last].flatMap((pages) => pages ?? [])]) {
      expect(await chainedOggSeconds(fileOf(...own))).to.equal(null);
      expect(await chainedOggSeconds(fileOf(...own, ...opus(2, 3), ...opus(3, 2)))).to.equal(9);
      // A recording that was cut out of a longer one counts on.
      expect(await chainedOggSeconds(fileOf(...own, ...opus(2, 3, 4_800_000)))).to.equal(7);
    }
    expect(await chainedOggSeconds(fileOf(...opus(1, 4, 9_000), ...opus(2, 3, 4_800_000)))).to.equal(7);
    // One file, twice.
    expect(await chainedOggSeconds(fileOf(...opus(1, 4), ...opus(1, 4)))).to.equal(8);
    // Two streams at a time, with two links each.
    const both = [...opus(1, 4), page(9, 0, 'x'), page(9, 5, 'x')];
    expect(await chainedOggSeconds(fileOf(...both, ...both))).to.equal(null);
  });

  it('is that of a large Ogg file joined with itself, by a few looks', async () => {
    const numbered = (pages: readonly Buffer[]) => {
      for (const [i, each] of pages.entries()) each.writeUInt32LE(i, 18);
      return pages;
    };
    // Pages of different lengths, as of a variable bitrate.
    const large = (seconds: number, pages: number) => {
      const [head, first, last] = opus(1, seconds);
      if (head === undefined || first === undefined || last === undefined) throw new RangeError();
      const between = Array.from({ length: pages }, (_, i) =>
        page(1, 960 + i, Buffer.alloc(100 + ((i >> 12) % 3) * 77)),
      );
      return numbered([head, first, ...between, last]);
    };
    const [own, short, brief, long] = [
      large(90, 25_000),
      large(7, 4_000),
      large(3, 1_500),
      large(900, 60_000),
    ];
    for (const [links, seconds] of [
      [[own], null],
      [[own, own], 180],
      [[own, own, own], 270],
      [[short, own], 97],
      [[own, short], 97],
      [[brief, long], 903],
      [[large(1, 100), long], 901],
      [Array.from({ length: 12 }, () => short), 84],
    ] as const) {
      const file = fileOf(...links.flat());
      let reads = 0;
      const counting = {
        ...file,
        read(start: number, end: number) {
          reads++;
          return file.read(start, end);
        },
      };
      expect(await chainedOggSeconds(counting)).to.equal(seconds);
      expect(reads).to.be.at.most(20 * links.length);
    }
  });

  it('is not sought without bounds where the numbers of pages fall everywhere', async () => {
    const sizeBytes = 2 ** 34;
    const each = 200;
    let readBytes = 0;
    const hostile = {
      sizeBytes,
      async read(start: number, end: number) {
        const until = Math.min(end, sizeBytes);
        readBytes += until - start;
        const first = Math.floor(start / each);
        const pages = Array.from({ length: Math.ceil(until / each) - first }, (_, i) => {
          const bytes =
            first + i === 0
              ? page(1, 0, 'OpusHead'.padEnd(each - 28))
              : page(1, 960, Buffer.alloc(each - 28));
          bytes.writeUInt32LE(sizeBytes / 8 - first - i, 18);
          return bytes;
        });
        return Buffer.concat(pages).subarray(start - first * each, until - first * each);
      },
    };
    expect(await chainedOggSeconds(hostile)).to.equal(null);
    expect(readBytes).to.be.below(80 * 2 ** 20);
  });

  it('is of a recording behind the first one, of any streams', async () => {
    const theora = (serial: number) => [page(serial, 0, '\x80theora'), page(serial, 40, Buffer.alloc(200))];
    const film = [page(1, 0, '\x80theora'), page(2, 0, '\x01vorbis'), page(1, 40, 'x'), page(2, 960, 'x')];
    const large = Array.from({ length: 20_000 }, () => page(2, 960, Buffer.alloc(250)));
    for (const own of [film, [...film, ...large]]) {
      expect(await isChainedOgg(fileOf(...own))).to.equal(false);
      expect(await isChainedOgg(fileOf(...own, ...theora(3)))).to.equal(true);
    }
    expect(await isChainedOgg(fileOf(...film, ...film)), 'one file, twice').to.equal(true);
    expect(await isChainedOgg(fileOf(page(1, 0, 'x')))).to.equal(false);
  });
});
