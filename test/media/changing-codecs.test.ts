import { expect } from 'chai';
import { changesAmong, withChanges } from '../../functions/stream/media/transport/changes.ts';
import { readProgramMap } from '../../functions/stream/media/transport/mpegts.ts';
import { bytesAccess } from '../../testing/file-access.ts';
import { audioTrack, film as filmTrack, mediaOf } from '../../testing/media.ts';

const [H264, MPEG2, MPEG1, MP2, MP3, AAC, AC3, PRIVATE] = [0x1b, 2, 1, 4, 3, 0x0f, 0x81, 6] as const;
const MAP_PID = 0x1000;

/** PID and stream type of each stream. */
type Streams = readonly (readonly [pid: number, type: number])[];

const FILM: Streams = [
  [0x100, H264],
  [0x101, AAC],
];

/** ISO/IEC 13818-1 annex A. */
function checksum(bytes: readonly number[]): number {
  let crc = 0xffff_ffff;
  for (const value of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const isOdd = (crc >>> 31) ^ ((value >> bit) & 1);
      crc = (crc << 1) ^ (isOdd === 1 ? 0x04c1_1db7 : 0);
    }
  }
  return crc >>> 0;
}

const word = (value: number) => [value >> 8, value & 255];

/** Writes a section into a packet of its own. `flags`: version and whether it is in force. */
function sectionIn(pid: number, table: number, body: readonly number[], flags = 0xc1): Buffer {
  const head = [table, ...word(0xb000 | (body.length + 9)), ...word(1), flags, 0, 0];
  const bytes = Buffer.alloc(188, 0xff);
  bytes.set([0x47, ...word(0x4000 | pid), 0x10, 0, ...head, ...body]);
  bytes.writeUInt32BE(checksum([...head, ...body]), 5 + head.length + body.length);
  return bytes;
}

const tableOf = (...programs: readonly (readonly [number: number, pid: number])[]) =>
  sectionIn(
    0,
    0,
    programs.flatMap(([number, pid]) => [...word(number), ...word(0xe000 | pid)]),
  );

function mapOf(streams: Streams, flags?: number, pid = MAP_PID): Buffer {
  const listed = streams.flatMap(([own, type]) => [type, ...word(0xe000 | own), ...word(0xf000)]);
  return sectionIn(pid, 2, [...word(0xe100), ...word(0xf000), ...listed], flags);
}

const ONE = tableOf([1, MAP_PID]);
/** ISO/IEC 13818-1 §2.4.1. */
const NOTHING = Buffer.alloc(188, 0xff);
NOTHING.set([0x47, 0x1f, 0xff, 0x10]);

function damaged(packet: Buffer): Buffer {
  const bytes = Buffer.from(packet);
  // The last stream's PID.
  bytes[24] = (bytes[24] ?? 0) ^ 1;
  return bytes;
}

const ROWS: readonly (readonly [what: string, later: readonly Buffer[], changing: readonly number[]])[] = [
  ['nothing, if the map is repeated', [ONE, mapOf(FILM)], []],
  [
    'video that goes on in another codec',
    [
      ONE,
      mapOf([
        [0x100, MPEG2],
        [0x101, AAC],
      ]),
    ],
    [0x100],
  ],
  [
    'it as well without a table before the map',
    [
      mapOf([
        [0x100, MPEG2],
        [0x101, AAC],
      ]),
    ],
    [0x100],
  ],
  [
    'audio that does',
    [
      ONE,
      mapOf([
        [0x100, H264],
        [0x101, AC3],
      ]),
    ],
    [0x101],
  ],
  [
    'both',
    [
      ONE,
      mapOf([
        [0x100, MPEG2],
        [0x101, MP2],
      ]),
    ],
    [0x100, 0x101],
  ],
  [
    'video that goes on under another PID',
    [
      ONE,
      mapOf([
        [0x200, H264],
        [0x101, AAC],
      ]),
    ],
    [0x100, 0x200],
  ],
  ['it in a map of another PID', [tableOf([1, 0x20]), mapOf([[0x100, MPEG2]], 0xc1, 0x20)], [0x100]],
  ['nothing, if streams come', [ONE, mapOf([...FILM, [0x102, AC3], [0x103, PRIVATE]])], []],
  [
    'nothing, if audio goes, or moves',
    [
      ONE,
      mapOf([[0x100, H264]]),
      mapOf([
        [0x100, H264],
        [0x109, AC3],
      ]),
    ],
    [],
  ],
  ['nothing, if there is no video for a while', [ONE, mapOf([[0x101, AAC]]), mapOf(FILM)], []],
  [
    'no map that is damaged',
    [
      ONE,
      damaged(
        mapOf([
          [0x100, MPEG2],
          [0x101, AAC],
        ]),
      ),
    ],
    [],
  ],
  [
    'no map that is not yet in force',
    [
      ONE,
      mapOf(
        [
          [0x100, MPEG2],
          [0x101, AAC],
        ],
        0xc0,
      ),
    ],
    [],
  ],
  ['no map of several programs', [tableOf([1, MAP_PID], [2, 0x20]), mapOf([[0x100, MPEG2]], 0xc1, 0x20)], []],
];

describe('codecs that change in transport streams', () => {
  async function changesOf(first: Streams, later: readonly Buffer[]) {
    const head = Buffer.concat([ONE, mapOf(first), ...Array.from({ length: 8 }, () => NOTHING)]);
    const map = await readProgramMap(bytesAccess(head));
    if (map === null) throw new Error('There is no program map.');
    return changesAmong(
      [
        { position: 0, bytes: head },
        { position: head.length, bytes: Buffer.concat(later) },
      ],
      map,
    );
  }

  for (const [what, later, changing] of ROWS) {
    it(`finds ${what}`, async () => {
      expect([...(await changesOf(FILM, later)).codecs].sort()).to.deep.equal(changing);
    });
  }

  // One decoder knows both.
  it('takes relatives for one codec', async () => {
    const before: Streams = [
      [0x100, MPEG1],
      [0x101, MP3],
    ];
    const after: Streams = [
      [0x100, MPEG2],
      [0x101, MP2],
    ];
    expect((await changesOf(before, [ONE, mapOf(after)])).codecs.size).to.equal(0);
  });

  it('finds a map that several packets hold', async () => {
    const [first = NOTHING, ...parts] = splitMap([[0x100, MPEG2], ...FILM.slice(1)]);
    expect([...(await changesOf(FILM, [ONE, first, NOTHING, ...parts])).codecs]).to.deep.equal([0x100]);
  });

  it('says why such a track is not decoded, and has it copied nowhere', () => {
    const media = mediaOf([filmTrack({ stream: 'i:256' }), audioTrack({ stream: 'i:257' })], {
      container: 'mpegts',
      layout: null,
    });
    const changed = withChanges(media, { codecs: new Set([0x100]), configurations: new Set([0x101]) });
    const [film, audio] = changed.tracks;
    expect(film)
      .to.include({ codecString: null })
      .and.property('undecodable')
      .match(/in another codec/);
    expect(audio).to.include({ codecString: null, undecodable: null });
  });

  /** Returns a map whose section goes on in a second packet. */
  function splitMap(streams: Streams): Buffer[] {
    const packet = mapOf(streams);
    const cutAt = 5 + 20;
    // What precedes the section in the first packet is filled by an adaptation field.
    const first = Buffer.alloc(188, 0xff);
    const filler = 188 - cutAt;
    first.set([0x47, ...word(0x4000 | MAP_PID), 0x30, filler - 1, 0]);
    first.set(packet.subarray(4, cutAt), 4 + filler);
    const second = Buffer.alloc(188, 0xff);
    second.set([0x47, ...word(MAP_PID), 0x11, ...packet.subarray(cutAt)]);
    return [first, second];
  }
});
