import { expect } from 'chai';
import { box, fullBox, text, uint32 } from '../../../functions/stream/media/boxes/write-box.ts';
import { describeMovie, tableOf } from '../../../functions/stream/media/isobmff/describe-movie.ts';
import { type Movie, readMovie } from '../../../functions/stream/media/isobmff/movie.ts';
import { movieRemuxObstacle } from '../../../functions/stream/media/isobmff/sample-packets.ts';
import type { RandomAccess } from '../../../functions/stream/source/bytes.ts';
import { bytesAccess } from '../../../testing/file-access.ts';
import { avc1, movieFile, mp4a, type TrackSpec, videoEntry } from '../../../testing/movie-file.ts';
import { problemOf } from '../../../testing/problem.ts';

const film: TrackSpec = { sizes: [50, 10, 10, 30, 10] };

async function movieOf(bytes: Uint8Array): Promise<Movie> {
  const movie = await readMovie(bytesAccess(bytes));
  if (movie === null) throw new Error('The bytes are no movie.');
  return movie;
}

function tableIn(movie: Movie, index = 0) {
  const track = movie.tracks[index];
  const table = track && tableOf(movie, track);
  if (!table) throw new Error(`Track ${index} has no table.`);
  return table;
}

/** A file of `sizeBytes` of zeros with the given parts. */
function sparse(
  sizeBytes: number,
  parts: ReadonlyMap<number, Uint8Array>,
): RandomAccess & { bytesRead: () => number } {
  let bytesRead = 0;
  return {
    sizeBytes,
    bytesRead: () => bytesRead,
    async read(start, end) {
      const bytes = Buffer.alloc(Math.max(0, Math.min(end, sizeBytes) - start));
      bytesRead += bytes.length;
      for (const [at, part] of parts) {
        const from = Math.max(at, start);
        const to = Math.min(at + part.length, start + bytes.length);
        if (from < to) bytes.set(part.subarray(from - at, to - at), from - start);
      }
      return bytes;
    },
  };
}

describe('the index of a movie', () => {
  it('is null for files that are no ISO media', async () => {
    for (const bytes of [
      Buffer.alloc(100),
      Buffer.from('RIFF....WAVE'),
      Buffer.alloc(0),
      Buffer.from('ftyp'),
    ]) {
      expect(await readMovie(bytesAccess(bytes))).to.equal(null);
    }
  });

  it('lies after the media or before it, and without ftyp means QuickTime', async () => {
    const places = [
      [{ tracks: [film] }, 'isom', true],
      [{ tracks: [film], moovAtEnd: false }, 'isom', false],
      [{ tracks: [film], brand: 'qt  ' }, 'qt  ', true],
      [{ tracks: [film], brand: null }, null, true],
    ] as const;
    for (const [options, brand, moovAtEnd] of places) {
      const movie = await movieOf(movieFile(options));
      expect(movie).to.include({ brand, moovAtEnd });
      expect(describeMovie(movie).container).to.equal(brand === 'isom' ? 'mp4' : 'mov');
      expect([...tableIn(movie).sizes]).to.deep.equal(film.sizes);
    }
  });

  it('is found after four gigabytes of media without reading them', async () => {
    const mdat = Buffer.concat([uint32(1), text('mdat'), Buffer.from('0000000140000000', 'hex')]);
    const mediaBytes = 0x1_4000_0000;
    const whole = movieFile({ tracks: [{ ...film, wideOffsets: true }], mediaAt: 0x1_2000_0000 });
    const moov = whole.subarray(whole.indexOf('moov', 0, 'latin1') - 4);
    const file = sparse(
      mediaBytes + moov.length,
      new Map([
        [0, mdat],
        [mediaBytes, moov],
      ]),
    );
    const movie = await readMovie(file);
    expect(movie?.moovAtEnd).to.equal(true);
    expect(movie && tableIn(movie).offsets.at(1)).to.equal(0x1_2000_0000 + 50);
    expect(file.bytesRead()).to.be.below(4096);
  });

  it('ignores bytes after the last box, and needs no size for it', async () => {
    const whole = movieFile({ tracks: [film], moovAtEnd: false });
    const open = Buffer.from(whole);
    open.writeUInt32BE(0, open.indexOf('mdat', 0, 'latin1') - 4);
    for (const bytes of [
      Buffer.concat([whole, Buffer.alloc(9)]),
      Buffer.concat([whole, uint32(3), text('junk')]),
      open,
    ]) {
      expect(describeMovie(await movieOf(bytes)).tracks).to.have.length(1);
    }
  });

  const BROKEN: readonly (readonly [what: string, type: string, bytes: () => Buffer])[] = [
    ['no moov', 'damaged-media', () => box('ftyp', text('isom'), uint32(0))],
    ['a moov that is cut off', 'damaged-media', () => movieFile({ tracks: [film] }).subarray(0, -30)],
    [
      'a compressed moov',
      'unsupported-media',
      () => movieFile({ tracks: [], inMoov: [box('cmov', Buffer.alloc(20))] }),
    ],
    [
      'an encrypted film',
      'encrypted',
      () => movieFile({ tracks: [{ ...film, entries: [avc1({ type: 'encv' })] }] }),
    ],
    [
      'a film whose end is encrypted',
      'encrypted',
      () => movieFile({ tracks: [{ ...film, entries: [avc1(), avc1({ type: 'encv' })] }] }),
    ],
    [
      'an entry with a protection scheme',
      'encrypted',
      () => movieFile({ tracks: [{ ...film, entries: [avc1({ extra: [box('sinf', Buffer.alloc(4))] })] }] }),
    ],
    ['too many tracks', 'unsupported-media', () => movieFile({ tracks: Array<TrackSpec>(65).fill(film) })],
  ];
  for (const [what, type, bytes] of BROKEN) {
    it(`ends in ${type} for ${what}`, async () => {
      expect((await problemOf(readMovie(bytesAccess(bytes())))).type).to.equal(type);
    });
  }

  it('does not ask for a moov of absurd size', async () => {
    const file = sparse(2 ** 31, new Map([[0, Buffer.concat([uint32(2 ** 31 - 1), text('moov')])]]));
    expect((await problemOf(readMovie(file))).type).to.equal('unsupported-media');
    expect(file.bytesRead()).to.be.below(1024);
  });
});

describe('a sample table', () => {
  it('has sizes, places, times and sync samples', async () => {
    const movie = await movieOf(
      movieFile({
        tracks: [{ ...film, compositionOffsets: [40, 120, 0, 0, -40], sync: [1, 4], samplesPerChunk: 2 }],
      }),
    );
    const table = tableIn(movie);
    const media = movie.topLevel.find(({ type }) => type === 'mdat');
    const at = (media?.start ?? 0) + 8;
    expect([...table.offsets]).to.deep.equal([at, at + 50, at + 60, at + 70, at + 100]);
    expect([...table.decodeTimes]).to.deep.equal([0, 40, 80, 120, 160]);
    expect([...table.compositionOffsets]).to.deep.equal([40, 120, 0, 0, -40]);
    expect([...table.sync]).to.deep.equal([1, 0, 0, 1, 0]);
    expect(table.lastDuration).to.equal(40);
  });

  it('reads sizes of 4, 8 and 16 bits, and one size for all', async () => {
    const sizes = [3, 15, 1, 7, 12];
    const tables: readonly (readonly [Buffer, readonly number[]])[] = [
      [fullBox('stz2', 0, 0, uint32(4, 5), Buffer.from('3f17c0', 'hex')), sizes],
      [fullBox('stz2', 0, 0, uint32(8, 5), Buffer.from(sizes)), sizes],
      [fullBox('stz2', 0, 0, uint32(16, 5), Buffer.from('0003000f00010007000c', 'hex')), sizes],
      [fullBox('stsz', 0, 0, uint32(9, 5)), [9, 9, 9, 9, 9]],
    ];
    for (const [table, expected] of tables) {
      const movie = await movieOf(
        withBox(movieFile({ tracks: [{ sizes: [9, 9, 9, 9, 9] }] }), 'stsz', table),
      );
      expect([...tableIn(movie).sizes]).to.deep.equal(expected);
    }
  });

  const LIES: readonly (readonly [what: string, bytes: () => Buffer, type: string])[] = [
    ['samples outside the file', () => movieFile({ tracks: [film], mediaAt: 5_000 }), 'damaged-media'],
    ['more samples than sizes', () => lie('stsz', 8, 6), 'damaged-media'],
    ['more samples than memory', () => lie('stsz', 8, 0xffff_ffff), 'unsupported-media'],
    ['fewer times than samples', () => lie('stts', 8, 4), 'damaged-media'],
    ['fewer places than samples', () => lie('stco', 4, 1), 'damaged-media'],
    ['chunks that begin at zero', () => lie('stsc', 8, 0), 'damaged-media'],
    ['chunks without samples', () => lie('stsc', 12, 0), 'damaged-media'],
  ];
  for (const [what, bytes, type] of LIES) {
    it(`ends in ${type} for ${what}`, async () => {
      const reading = readMovie(bytesAccess(bytes())).then((movie) => movie && describeMovie(movie));
      expect((await problemOf(reading)).type).to.equal(type);
    });
  }

  it('takes the first samples from the moov if fragments follow', async () => {
    const output = movieFile({
      tracks: [film],
      moovAtEnd: false,
      inMoov: [box('mvex', fullBox('trex', 0, 0, uint32(1, 1, 40, 7, 0)))],
      behind: [moof(), box('mdat', Buffer.alloc(14))],
    });
    const hybrid = await movieOf(output);
    expect(hybrid.fragments).to.not.equal(null);
    expect([...tableIn(hybrid).sizes]).to.deep.equal([...film.sizes, 7, 7]);
    expect([...tableIn(hybrid).decodeTimes]).to.deep.equal([0, 40, 80, 120, 160, 200, 240]);
  });

  it('makes no fragments of an mvex that nothing follows', async () => {
    const movie = await movieOf(
      movieFile({ tracks: [film], inMoov: [box('mvex', fullBox('trex', 0, 0, uint32(1, 1, 0, 0, 0)))] }),
    );
    expect(movie.fragments).to.equal(null);
    expect(tableIn(movie).count).to.equal(5);
  });
});

/** Two samples of seven bytes each, by `trex`, eight bytes after the moof. */
function moof(): Buffer {
  const of = (offset: number) =>
    box(
      'moof',
      fullBox('mfhd', 0, 0, uint32(1)),
      box('traf', fullBox('tfhd', 0, 0x20000, uint32(1)), fullBox('trun', 0, 1, uint32(2, offset))),
    );
  return of(of(0).length + 8);
}

/** Returns the film with another number at `offset` after the header of its first box of a type. */
function lie(type: string, offset: number, value: number): Buffer {
  const bytes = movieFile({ tracks: [film] });
  bytes.writeUInt32BE(value, bytes.indexOf(type, 0, 'latin1') + 4 + offset);
  return bytes;
}

/**
 * Returns the film with another box instead of its sample sizes; the moov is at the end, so that nothing else
 * moves.
 */
function withBox(file: Buffer, type: string, other: Buffer): Buffer {
  const at = file.indexOf(type, 0, 'latin1') - 4;
  const removed = file.readUInt32BE(at);
  const output = Buffer.concat([file.subarray(0, at), other, file.subarray(at + removed)]);
  for (const parent of ['moov', 'trak', 'mdia', 'minf', 'stbl']) {
    const parentAt = output.indexOf(parent, 0, 'latin1') - 4;
    output.writeUInt32BE(output.readUInt32BE(parentAt) + other.length - removed, parentAt);
  }
  return output;
}

describe('repackaging', () => {
  const OBSTACLES: readonly (readonly [track: TrackSpec, obstacle: string | null])[] = [
    [film, null],
    [{ handler: 'soun', sizes: [9, 9] }, null],
    [
      {
        ...film,
        edits: [
          { duration: 40, mediaTime: -1 },
          { duration: 200, mediaTime: 0 },
        ],
      },
      null,
    ],
    [
      {
        ...film,
        edits: [
          { duration: 80, mediaTime: 0 },
          { duration: 40, mediaTime: 120 },
        ],
      },
      'its edit list shows several parts',
    ],
    [{ ...film, edits: [{ duration: 200, mediaTime: 0, rate: 2 }] }, 'its edit list shows several parts'],
    [{ ...film, entries: [avc1(), avc1()] }, null],
    [{ ...film, entries: [avc1(), avc1({ type: 'avc3' })] }, 'its coding changes within the track'],
    [{ ...film, entries: [videoEntry('mp4v', [8, 8])] }, 'other in MP4 is not played by browsers'],
    [{ handler: 'soun', entries: [mp4a('1190', 0x6b)], sizes: [9] }, 'mp3 in MP4 is not played by browsers'],
    [
      { handler: 'meta', entries: [box('mett', Buffer.alloc(8))], sizes: [9] },
      'other in MP4 is not played by browsers',
    ],
  ];
  for (const [track, obstacle] of OBSTACLES) {
    it(`${obstacle ?? 'nothing in the way'}: ${JSON.stringify({ ...track, entries: track.entries?.length })}`, async () => {
      expect(movieRemuxObstacle(await movieOf(movieFile({ tracks: [track] })), 0)).to.equal(obstacle);
    });
  }
});
