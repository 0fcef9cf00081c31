import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { findBox } from '../../../functions/stream/media/boxes/boxes.ts';
import { openCopyTrack } from '../../../functions/stream/media/copy-track.ts';
import { describeMovie, tableOf } from '../../../functions/stream/media/isobmff/describe-movie.ts';
import { type Movie, readMovie } from '../../../functions/stream/media/isobmff/movie.ts';
import { movieRemuxObstacle } from '../../../functions/stream/media/isobmff/sample-packets.ts';
import { timelineOf } from '../../../functions/stream/media/isobmff/timeline.ts';
import type { Probed } from '../../../functions/stream/media/probe/probe.ts';
import { createProbeCache } from '../../../functions/stream/media/probe/probe-cache.ts';
import { cachedAccess, createBlockCache } from '../../../functions/stream/source/cache.ts';
import { copyTrack, cutTimes } from '../../../testing/copies.ts';
import { bytesAccess } from '../../../testing/file-access.ts';
import { movieFile, type TrackSpec } from '../../../testing/movie-file.ts';
import { problemOf } from '../../../testing/problem.ts';
import { fakeSource } from '../../../testing/sources.ts';

const { signal } = new AbortController();
const IDR = 0x65;
const SLICE = 0x41;

const film: TrackSpec = {
  sizes: [50, 10, 10, 30, 10, 10, 40, 10],
  compositionOffsets: [40, 80, 0, 40, 80, 0, 40, 40],
  sync: [1, 4, 7],
  edits: [{ duration: 320, mediaTime: 40 }],
};
const late = {
  ...film,
  edits: [
    { duration: 500, mediaTime: -1 },
    { duration: 320, mediaTime: 40 },
  ],
};
const audio: TrackSpec = {
  handler: 'soun',
  sizes: Array<number>(16).fill(9),
  duration: 1024,
  timescale: 48_000,
};

/**
 * Builds a movie whose frames are one H.264 unit each: IDR at the index's keyframes, except those in
 * `falsely`.
 */
async function movieOf(tracks: readonly TrackSpec[], falsely: readonly number[] = []) {
  const bytes = movieFile({ tracks });
  const movie = await readMovie(bytesAccess(bytes));
  const track = movie?.tracks.find(({ handler }) => handler === 'vide');
  const table = movie && track && tableOf(movie, track);
  for (let i = 0; table && i < table.count; i++) {
    bytes.writeUInt32BE(table.sizes.at(i) - 4, table.offsets.at(i));
    bytes[table.offsets.at(i) + 4] = table.sync.at(i) === 1 && !falsely.includes(i) ? IDR : SLICE;
  }
  return bytes;
}

async function openMovie(bytes: Buffer, zeroSeconds = 0) {
  const source = fakeSource(bytes);
  const { object } = source;
  const access = cachedAccess(source, object, signal, { cache: createBlockCache() });
  const movie = await written(bytes);
  const remuxObstacle = (index: number) => movieRemuxObstacle(movie, index);
  const probed: Probed = {
    media: describeMovie(movie),
    movie,
    originalObstacle: null,
    endsEarly: false,
    clock: null,
    remuxObstacle,
  };
  return { bytes, source, object, access, probed, zeroSeconds, inspectsKeyframes: false, signal };
}

async function written(bytes: Buffer): Promise<Movie> {
  const movie = await readMovie(bytesAccess(bytes));
  if (movie === null) throw new Error('What was written is no movie.');
  return movie;
}

describe('a copied segment', () => {
  it('reads back as the samples of the source, at their own times', async () => {
    const bytes = await movieOf([film, audio]);
    const track = await copyTrack(await openMovie(bytes), 0);
    expect(cutTimes(track)).to.deep.equal([0, 120, 240, 320]);
    const segment = track.segment(1, 3, 7);
    const output = await buffer(await segment.open());
    expect(output.length).to.equal(segment.sizeBytes);
    const whole = Buffer.concat([track.init(), output]);
    const movie = await written(whole);
    const [read] = movie.tracks;
    const table = read && tableOf(movie, read);
    if (!read || !table) throw new Error('There is no track.');
    expect(timelineOf(movie, read)).to.include({ delaySeconds: 0, mediaTime: 40, isComplex: false });
    expect([...table.decodeTimes]).to.deep.equal([120, 160, 200, 240, 280]);
    expect([...table.compositionOffsets]).to.deep.equal([40, 80, 0, 40, 40]);
    expect([...table.sync]).to.deep.equal([1, 0, 0, 1, 0]);
    expect(table.lastDuration).to.equal(40);
    const media = bytes.indexOf('mdat', 0, 'latin1') + 4;
    const samples = [...table.offsets].map((at, i) => whole.subarray(at, at + table.sizes.at(i)));
    expect(Buffer.concat(samples).equals(bytes.subarray(media + 70, media + 170))).to.equal(true);
    const moof = { body: 0, end: output.length };
    const mfhd = findBox(output, moof, 'moof', 'mfhd');
    expect(mfhd && output.readUInt32BE(mfhd.body + 4)).to.equal(7);
  });

  const PLACES: readonly (readonly [
    what: string,
    spec: TrackSpec,
    zeroSeconds: number,
    firstCut: number,
    firstDts: number,
    mediaTime: number,
  ])[] = [
    ['as in the source', film, 0, 0, 0, 40],
    ['from its zero on, where an empty edit leads', late, 0, 0, 0, 40],
    ['earlier by the zero of the presentation', late, 0.5, 0, 0, 40],
    ['from its zero on, without an edit list', { ...film, edits: [] }, 0, 0, 0, 40],
    ['decoded ahead of the presentation without an edit list', { ...film, edits: [] }, 0.04, 0, 0, 40],
    [
      'on its own clock, where an edit list begins within its first frame',
      { ...film, edits: [{ duration: 200, mediaTime: 170 }] },
      0,
      0,
      0,
      40,
    ],
  ];
  for (const [what, spec, zeroSeconds, firstCut, firstDts, mediaTime] of PLACES) {
    it(`lies on the timeline ${what}`, async () => {
      const track = await copyTrack(await openMovie(await movieOf([spec]), zeroSeconds), 0);
      const last = track.cuts.count - 1;
      const movie = await written(
        Buffer.concat([track.init(), await buffer(await track.segment(0, last, 1).open())]),
      );
      const [read] = movie.tracks;
      const table = read && tableOf(movie, read);
      expect(track.cuts.timeAt(0)).to.equal(firstCut);
      expect(table?.decodeTimes.at(0)).to.equal(firstDts);
      const shown = Array.from({ length: table?.count ?? 0 }, (_, i) =>
        table ? table.decodeTimes.at(i) + table.compositionOffsets.at(i) : Number.NaN,
      );
      expect(Math.min(...shown)).to.equal(firstCut + mediaTime);
      expect(read && timelineOf(movie, read).mediaTime).to.equal(mediaTime);
    });
  }

  it('is not offered if an edit list begins between two keyframes', async () => {
    for (const mediaTime of [200, 240, 250]) {
      const spec = { ...film, edits: [{ duration: 120, mediaTime }] };
      const track = await openCopyTrack({ ...(await openMovie(await movieOf([spec]))), trackIndex: 0 });
      expect(track).to.deep.equal({ whyNot: 'it begins between two of its keyframes' });
    }
  });

  it('of one frame stands for the whole stretch', async () => {
    const track = await copyTrack(await openMovie(await movieOf([film])), 0);
    const output = await buffer(await track.iFrame(1, 120, 2).open());
    const movie = await written(Buffer.concat([track.init(), output]));
    const table = movie.tracks[0] && tableOf(movie, movie.tracks[0]);
    expect(table).to.include({ count: 1, lastDuration: 120 });
    // Includes the 40 that the edit list removes.
    expect(table && [table.decodeTimes.at(0), table.compositionOffsets.at(0)]).to.deep.equal([160, 0]);
    expect(table && [...table.sizes]).to.deep.equal([30]);
  });

  it('takes one read of the source, of the stretch that it needs', async () => {
    const bytes = await movieOf([film, audio]);
    const opened = await openMovie(bytes);
    const track = await copyTrack(opened, 0);
    expect(opened.source.reads, 'for cuts and init').to.have.length(0);
    await buffer(await track.segment(1, 2, 1).open());
    const media = bytes.indexOf('mdat', 0, 'latin1') + 4;
    expect(opened.source.reads.map(({ range }) => range)).to.deep.equal([
      { start: media + 70, end: media + 120 },
    ]);
  });

  it('answers every range of itself', async () => {
    const track = await copyTrack(await openMovie(await movieOf([film])), 0);
    const segment = track.segment(0, 2, 1);
    const whole = await buffer(await segment.open());
    for (const [start, end] of [
      [0, 1],
      [0, 90],
      [3, whole.length],
      [whole.length - 5, whole.length],
    ] as const) {
      const part = await buffer(await segment.open({ start, end }));
      expect(part.equals(whole.subarray(start, end)), `${start}-${end}`).to.equal(true);
    }
  });

  it('is refused before its first byte if its keyframe is none', async () => {
    const opened = await openMovie(await movieOf([film], [3]));
    const track = await copyTrack(opened, 0);
    await buffer(await track.segment(0, 1, 1).open());
    expect((await problemOf(track.segment(1, 2, 2).open())).type).to.equal('unsupported-media');
    expect(opened.source.reads.at(-1)?.body.destroyed).to.equal(true);
    expect(await openCopyTrack({ ...opened, inspectsKeyframes: true, trackIndex: 0 })).to.deep.equal({
      whyNot: 'decoding cannot begin at each of its keyframes',
    });
  });

  it('is refused if its first frame is invalid', async () => {
    const bytes = await movieOf([film]);
    const media = bytes.indexOf('mdat', 0, 'latin1') + 4;
    bytes.writeUInt32BE(0x7fff_ffff, media + 70);
    const track = await copyTrack(await openMovie(bytes), 0);
    expect((await problemOf(track.segment(1, 2, 1).open())).type).to.equal('damaged-media');
  });

  it('breaks, and does not end, if the source does', async () => {
    const opened = await openMovie(await movieOf([film]));
    const track = await copyTrack(opened, 0);
    const whole = track.segment(0, 3, 1);
    opened.source.script.push(({ start }) => {
      const body = new Readable({ read() {} });
      body.push(opened.bytes.subarray(start, start + 60));
      setImmediate(() => body.destroy(new Error('reset')));
      return body;
    });
    const body = await whole.open();
    expect(await buffer(body).catch((error: unknown) => error)).to.have.property('message', 'reset');
  });

  it('is a fault of the caller between cuts that do not exist', async () => {
    const track = await copyTrack(await openMovie(await movieOf([film])), 0);
    for (const [from, to] of [
      [0, 9],
      [2, 1],
      [1, 1],
      [-1, 2],
    ] as const)
      expect(() => track.segment(from, to, 1), `${from}-${to}`).to.throw(RangeError);
  });

  it('is refused if the index scatters it over the file', async () => {
    const sizes = Array<number>(1_100).fill(8);
    const bytes = await movieOf([{ sizes, sync: [1], samplesPerChunk: 1 }]);
    const table = findBox(
      bytes,
      { body: bytes.indexOf('moov', 0, 'latin1') + 4, end: bytes.length },
      'trak',
      'mdia',
      'minf',
      'stbl',
      'stco',
    );
    // Each chunk lies before the one that precedes it.
    const at = (i: number) => (table?.body ?? 0) + 8 + i * 4;
    const places = sizes.map((_, i) => bytes.readUInt32BE(at(i)));
    for (const [i, place] of places.reverse().entries()) bytes.writeUInt32BE(place, at(i));
    const track = await copyTrack(await openMovie(bytes), 0);
    expect((await problemOf(Promise.resolve().then(() => track.segment(0, 1, 1)))).type).to.equal(
      'unsupported-media',
    );
  });

  it('is not offered of a film that has tens of thousands of frames where it cannot be cut', async () => {
    const MOST = 50_000;
    for (const [count, whyNot] of [
      [MOST, undefined],
      [MOST + 1, `more than ${MOST} samples lie where it cannot be cut`],
    ] as const) {
      const input = await openMovie(
        movieFile({ tracks: [{ sizes: Array<number>(count).fill(1), sync: [1] }] }),
      );
      const opened = await openCopyTrack({ ...input, trackIndex: 0 });
      expect('whyNot' in opened ? opened.whyNot : undefined).to.equal(whyNot);
    }
    const sync = Array.from({ length: 3 }, (_, i) => i * 20_000 + 1);
    const bytes = movieFile({ tracks: [{ sizes: Array<number>(60_000).fill(1), sync }] });
    const track = await copyTrack(await openMovie(bytes), 0);
    expect(track.segment(0, 2, 1).sizeBytes).to.be.above(40_000);
    const problem = await problemOf(Promise.resolve().then(() => track.segment(0, 3, 1)));
    expect([problem.type, problem.message]).to.deep.equal([
      'unsupported-media',
      `A segment has 60000 samples: more than ${MOST} samples lie where it cannot be cut.`,
    ]);
  });

  it('counts in a cache of probes with the memory of its tables', async () => {
    const bytes = await movieOf([film]);
    const opened = await openMovie(bytes);
    const probes = createProbeCache();
    await probes.get(opened.object, signal, async () => opened.probed);
    expect(probes.usedBytes)
      .to.be.above(32 * 1024)
      .and.below(64 * 1024);
  });
});
