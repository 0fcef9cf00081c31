import { expect } from 'chai';
import { box, fullBox, uint32, uint64 } from '../../../functions/stream/media/boxes/write-box.ts';
import { describeMovie, tableOf } from '../../../functions/stream/media/isobmff/describe-movie.ts';
import { readMovie } from '../../../functions/stream/media/isobmff/movie.ts';
import { movieRemuxObstacle } from '../../../functions/stream/media/isobmff/sample-packets.ts';
import type { RandomAccess } from '../../../functions/stream/source/bytes.ts';
import { bytesAccess } from '../../../testing/file-access.ts';
import { movieFile } from '../../../testing/movie-file.ts';

const mvex = (duration = 40, size = 10) =>
  box('mvex', fullBox('trex', 0, 0, uint32(1, 1, duration, size, 0)));
const init = movieFile({ tracks: [{ sizes: [] }], moovAtEnd: false, inMoov: [mvex()] });

type Fragment = { readonly tfhd?: Buffer; readonly time?: number; readonly trun: Buffer };

/** Writes a moof and an mdat of `bytes` zeros. */
function fragment(
  { tfhd = fullBox('tfhd', 0, 0x20000, uint32(1)), time, trun }: Fragment,
  bytes: number,
): Buffer {
  const tfdt = time === undefined ? [] : [fullBox('tfdt', 1, 0, uint64(time))];
  const moof = box('moof', fullBox('mfhd', 0, 0, uint32(1)), box('traf', tfhd, ...tfdt, trun));
  return Buffer.concat([moof, uint32(8 + bytes), Buffer.from('mdat'), Buffer.alloc(bytes)]);
}

async function tableIn(...fragments: readonly Buffer[]) {
  const movie = await readMovie(bytesAccess(Buffer.concat([init, ...fragments])));
  const [track] = movie?.tracks ?? [];
  const table = movie && track && tableOf(movie, track);
  if (!table) throw new Error('There is no table.');
  return table;
}

describe('the fragments of a movie', () => {
  const RUNS: readonly (readonly [
    what: string,
    fragment: Fragment,
    table: Record<string, readonly number[]>,
  ])[] = [
    [
      'all by default',
      { trun: fullBox('trun', 0, 0, uint32(3)) },
      { sizes: [10, 10, 10], decodeTimes: [0, 40, 80], sync: [1, 1, 1] },
    ],
    [
      'defaults of the fragment',
      {
        tfhd: fullBox('tfhd', 0, 0x20000 | 8 | 16 | 32, uint32(1, 50, 4, 0x10000)),
        time: 7000,
        trun: fullBox('trun', 0, 4, uint32(3, 0)),
      },
      { sizes: [4, 4, 4], decodeTimes: [7000, 7050, 7100], sync: [1, 0, 0] },
    ],
    [
      'each sample for itself',
      { trun: fullBox('trun', 1, 0xf00, uint32(2, 30, 5, 0, -20, 60, 6, 0x10000, 20)) },
      { sizes: [5, 6], decodeTimes: [0, 30], compositionOffsets: [-20, 20], sync: [1, 0] },
    ],
    ['more than the file has', { trun: fullBox('trun', 0, 0, uint32(9)) }, { sizes: [10, 10, 10] }],
  ];
  for (const [what, fragments, expected] of RUNS) {
    it(`tell ${what}`, async () => {
      // The data of every run follows the moof.
      const trun = withOffset(fragments.trun);
      const table = await tableIn(
        fragment({ ...fragments, trun: trun(fragment({ ...fragments, trun: trun(0) }, 0).length) }, 30),
      );
      for (const [name, values] of Object.entries(expected)) {
        expect([...table[name as 'sizes']], name).to.deep.equal(values);
      }
    });
  }

  it('continue at the end of the one before, without a time of their own', async () => {
    const trun = fullBox('trun', 0, 0, uint32(2));
    const table = await tableIn(fragment({ time: 100, trun }, 20), fragment({ trun }, 20));
    expect([...table.decodeTimes]).to.deep.equal([100, 140, 180, 220]);
  });

  it('end in a Problem for more samples than memory', async () => {
    const trun = fullBox('trun', 0, 0, uint32(0x7fff_ffff));
    const tfhd = fullBox('tfhd', 0, 0x20000 | 16, uint32(1, 0));
    const file = bytesAccess(Buffer.concat([init, fragment({ tfhd, trun }, 0)]));
    const error = await readMovie(file).catch((caught: unknown) => caught);
    expect(error).to.include({ type: 'unsupported-media' });
  });

  it('are not walked to the end of a long file, whose own index tells its length', async () => {
    const file = longFile(500, 1024 * 1024);
    const movie = await readMovie(file);
    const media = movie && describeMovie(movie);
    expect(media?.durationSeconds).to.equal(20);
    expect(media?.tracks[0]).to.include({ durationSeconds: null });
    expect(movie && movieRemuxObstacle(movie, 0)).to.equal('the file has too many fragments');
    expect(file.reads()).to.be.below(200);
  });

  it('leave the length of a long file open without such an index', async () => {
    const file = longFile(500, 1024 * 1024, { withIndex: false });
    const movie = await readMovie(file);
    expect(movie && describeMovie(movie).durationSeconds).to.equal(null);
  });
});

/** Returns a run with its data offset, `at` bytes after the start of the moof. */
function withOffset(trun: Buffer): (at: number) => Buffer {
  return (at) => {
    const flags = trun.readUInt32BE(8) | 1;
    return box('trun', uint32(flags), trun.subarray(12, 16), uint32(at), trun.subarray(16));
  };
}

/** Builds a file of fragments of one 40 ms frame each, a megabyte apart; the media read as zeros. */
function longFile(
  count: number,
  mediaBytes: number,
  { withIndex = true } = {},
): RandomAccess & { readonly reads: () => number } {
  const head = (i: number) =>
    fragment({ time: i * 40, trun: fullBox('trun', 0, 0, uint32(1)) }, mediaBytes).subarray(0, 200);
  const stride = fragment({ time: 0, trun: fullBox('trun', 0, 0, uint32(1)) }, mediaBytes).length;
  const entries = [0, count - 1].flatMap((i) => [
    uint64(i * 40),
    uint64(init.length + i * stride),
    Buffer.from([1, 1, 1]),
  ]);
  const tfra = fullBox('tfra', 1, 0, uint32(1, 0, 2), ...entries);
  const mfra = withIndex
    ? box('mfra', tfra, fullBox('mfro', 0, 0, uint32(8 + tfra.length + 16)))
    : Buffer.alloc(0);
  const end = init.length + count * stride;
  const sizeBytes = end + mfra.length;
  let reads = 0;
  return {
    sizeBytes,
    reads: () => reads,
    async read(start, readEnd) {
      reads++;
      const bytes = Buffer.alloc(Math.max(0, Math.min(readEnd, sizeBytes) - start));
      const put = (at: number, part: Uint8Array) => {
        const [from, to] = [Math.max(at, start), Math.min(at + part.length, start + bytes.length)];
        if (from < to) bytes.set(part.subarray(from - at, to - at), from - start);
      };
      put(0, init);
      put(end, mfra);
      const first = Math.max(0, Math.floor((start - init.length) / stride));
      for (let i = first; i < count && init.length + i * stride < readEnd; i++)
        put(init.length + i * stride, head(i));
      return bytes;
    },
  };
}
