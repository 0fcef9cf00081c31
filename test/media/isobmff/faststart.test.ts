import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { box, fullBox, text, uint32 } from '../../../functions/stream/media/boxes/write-box.ts';
import { describeMovie, tableOf } from '../../../functions/stream/media/isobmff/describe-movie.ts';
import { type Faststart, faststart } from '../../../functions/stream/media/isobmff/faststart.ts';
import { readMovie } from '../../../functions/stream/media/isobmff/movie.ts';
import type { RandomAccess } from '../../../functions/stream/source/bytes.ts';
import { bytesAccess, corpusAccess } from '../../../testing/file-access.ts';
import { movieFile, type TrackSpec } from '../../../testing/movie-file.ts';
import { corpusDirectory, needs } from '../../../testing/needs.ts';

const run = promisify(execFile);
const film: TrackSpec = { sizes: [50, 10, 10, 30, 10], samplesPerChunk: 2 };
const audio: TrackSpec = { handler: 'soun', sizes: [9, 8, 7], samplesPerChunk: 1 };

async function faststartOf(file: RandomAccess, withoutLocation: boolean): Promise<Faststart | null> {
  const movie = await readMovie(file);
  if (movie === null) throw new Error('The file is no movie.');
  return faststart(movie, file, { withoutLocation });
}

/** Returns the bytes that a client gets. */
async function bytesOf(file: RandomAccess, { extents, sizeBytes }: Faststart): Promise<Buffer> {
  const parts = extents.map((extent) =>
    extent.kind === 'bytes' ? extent.bytes : file.read(extent.start, extent.end),
  );
  const bytes = Buffer.concat(await Promise.all(parts));
  expect(bytes.length, 'the length that is told beforehand').to.equal(sizeBytes);
  return bytes;
}

/** Returns the samples of every track, in the order of the file. */
async function samplesOf(file: RandomAccess): Promise<string[][]> {
  const movie = await readMovie(file);
  if (movie === null) throw new Error('The file is no movie.');
  return Promise.all(
    movie.tracks.map(async (track) => {
      const table = tableOf(movie, track);
      const places = Array.from(table?.offsets ?? [], (offset, i) => [
        offset,
        offset + (table?.sizes.at(i) ?? 0),
      ]);
      const samples = await Promise.all(places.map(([start = 0, end = 0]) => file.read(start, end)));
      return samples.map((sample) => Buffer.from(sample).toString('hex'));
    }),
  );
}

describe('virtual faststart', () => {
  it('puts the index before the media, and changes no sample and nothing else', async () => {
    const behind = [box('free', Buffer.alloc(5)), box('uuid', Buffer.alloc(16), text('Mark'))];
    const file = bytesAccess(movieFile({ tracks: [film, { ...audio, wideOffsets: true }], behind }));
    const result = await faststartOf(file, false);
    if (result === null) throw new Error('Nothing changed.');
    const bytes = await bytesOf(file, result);
    expect(bytes.length).to.equal(file.sizeBytes);
    expect(await samplesOf(bytesAccess(bytes))).to.deep.equal(await samplesOf(file));
    const movie = await readMovie(bytesAccess(bytes));
    expect(movie?.topLevel.map(({ type }) => type)).to.deep.equal(['ftyp', 'moov', 'mdat', 'free', 'uuid']);
    expect(movie && describeMovie(movie).layout?.moovAtEnd).to.equal(false);
  });

  it('does not move media that follow the index', async () => {
    const whole = movieFile({ tracks: [film], mediaAt: 0 });
    const start = whole.length + 8;
    const file = bytesAccess(
      movieFile({ tracks: [film], mediaAt: start, behind: [box('mdat', Buffer.alloc(110, 7))] }),
    );
    const result = await faststartOf(file, false);
    const bytes = result && (await bytesOf(file, result));
    expect(bytes && (await samplesOf(bytesAccess(bytes)))).to.deep.equal(await samplesOf(file));
  });

  it('needs no ftyp', async () => {
    const file = bytesAccess(movieFile({ tracks: [film], brand: null }));
    const result = await faststartOf(file, false);
    const bytes = result && (await bytesOf(file, result));
    expect(bytes?.toString('latin1', 4, 8)).to.equal('moov');
    expect(bytes && (await samplesOf(bytesAccess(bytes)))).to.deep.equal(await samplesOf(file));
  });

  it('changes nothing if the index is in front, or the file fragmented', async () => {
    const mvex = box('mvex', fullBox('trex', 0, 0, uint32(1, 1, 0, 0, 0)));
    expect(await faststartOf(bytesAccess(movieFile({ tracks: [film], moovAtEnd: false })), true)).to.equal(
      null,
    );
    expect(
      await faststartOf(bytesAccess(movieFile({ tracks: [{ sizes: [] }], inMoov: [mvex] })), true),
    ).to.equal(null);
  });

  it('widens the offsets that pass four gigabytes by the move', async () => {
    // The last chunk begins right below the limit: the length of the moov pushes it over.
    const mediaAt = 2 ** 32 - 200;
    const whole = movieFile({ tracks: [film, audio], mediaAt });
    const moov = whole.subarray(whole.indexOf('moov', 0, 'latin1') - 4);
    const ftyp = whole.subarray(0, whole.readUInt32BE(0));
    const mediaBytes = 110 + 24;
    const head = Buffer.concat([ftyp, uint32(1), text('mdat'), Buffer.alloc(8)]);
    head.writeBigUInt64BE(BigInt(mediaAt + mediaBytes - ftyp.length), ftyp.length + 8);
    const sizeBytes = mediaAt + mediaBytes + moov.length;
    const file: RandomAccess = {
      sizeBytes,
      async read(start, end) {
        const bytes = Buffer.alloc(Math.min(end, sizeBytes) - start);
        for (const [at, part] of [
          [0, head],
          [mediaAt + mediaBytes, moov],
        ] as const) {
          const [from, to] = [Math.max(at, start), Math.min(at + part.length, start + bytes.length)];
          if (from < to) bytes.set(part.subarray(from - at, to - at), from - start);
        }
        return bytes;
      },
    };
    const source = await readMovie(file);
    const result = await faststartOf(file, false);
    const index = result?.extents.find((extent) => extent.kind === 'bytes');
    if (source === null || result === null || index?.kind !== 'bytes') throw new Error('Nothing changed.');
    const grown = Buffer.from(index.bytes);
    expect(grown.includes('stco')).to.equal(false);
    // Four more bytes for each of the three chunks of the film, and of the three of the audio.
    expect(grown.length).to.equal(moov.length + 4 * 6);
    expect(result.sizeBytes).to.equal(sizeBytes + 4 * 6);
    const moved = (type: string) => Number(grown.readBigUInt64BE(grown.indexOf(type, 0, 'latin1') + 12));
    expect(moved('co64')).to.equal(mediaAt + grown.length);
  });

  it('leaves no place in the bytes, whether the index moves or not', async () => {
    const camera: TrackSpec = {
      handler: 'meta',
      entries: [box('gpmd', Buffer.alloc(8))],
      sizes: [40, 30],
      samplesPerChunk: 1,
    };
    for (const moovAtEnd of [true, false]) {
      const file = bytesAccess(
        movieFile({
          tracks: [film, camera, audio],
          moovAtEnd,
          inMoov: [
            box('udta', box('\xa9xyz', text('+48.137+011.575/')), box('\xa9nam', text('The film'))),
            box('meta', text('com.apple.quicktime.location.ISO6709 +48.137')),
          ],
          behind: [box('uuid', Buffer.alloc(16), text('exif:GPSLatitude=48.137'))],
        }),
      );
      const result = await faststartOf(file, true);
      if (result === null) throw new Error('Nothing changed.');
      const bytes = await bytesOf(file, result);
      expect(bytes.length).to.equal(file.sizeBytes);
      for (const word of ['48.137', 'GPS', 'ISO6709', 'gpmd'])
        expect(bytes.includes(word), word).to.equal(false);
      expect(bytes.includes('The film')).to.equal(true);
      const [video, places = [], audios] = await samplesOf(file);
      for (const place of places) expect(bytes.includes(Buffer.from(place, 'hex'))).to.equal(false);
      expect(await samplesOf(bytesAccess(bytes))).to.deep.equal([video, audios]);
      const unchanged = await faststartOf(file, false);
      if (unchanged !== null) expect((await bytesOf(file, unchanged)).includes('48.137')).to.equal(true);
    }
  });

  describe('as ffmpeg reads it', () => {
    let directory = '';
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'sluice-faststart-'));
    });
    after(() => rm(directory, { recursive: true, force: true }));

    const FILES = [
      'mp4/big-buck-bunny__bbb-480p-30s.mp4',
      'mp4/media__long_1080p_lowbitrate.mp4',
      'mp4/media__sample_av1.mp4',
      'mp4/media__sample_opus.mp4',
      'mp4/mediabunny__video-h265.mp4',
      'mp4/torchcodec__nasa_13013.mp4',
      'audio/audio-lena__lena.m4a',
      'legacy/media__bbb_176x144_128kbps_15fps_h263.3gp',
    ];
    for (const name of FILES) {
      it(`the same packets at the same times: ${name}`, async function () {
        needs(this, 'corpus', 'ffmpeg');
        this.timeout(20_000);
        const file = corpusAccess(name);
        const result = await faststartOf(file, true);
        if (result === null) throw new Error('Nothing changed.');
        const path = join(directory, 'out.mp4');
        await writeFile(path, await bytesOf(file, result));
        expect(await packetHashes(path)).to.equal(await packetHashes(`${corpusDirectory}/${name}`));
      });
    }
  });
});

async function packetHashes(path: string): Promise<string> {
  const args = [
    '-v',
    'error',
    '-i',
    path,
    '-map',
    '0:v?',
    '-map',
    '0:a?',
    '-c',
    'copy',
    '-f',
    'framemd5',
    '-',
  ];
  const { stdout, stderr } = await run('/usr/bin/ffmpeg', args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout + stderr;
}
