import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Problem } from '../../../functions/stream/base/problem.ts';
import { box, fullBox, text } from '../../../functions/stream/media/boxes/write-box.ts';
import { describeMovie } from '../../../functions/stream/media/isobmff/describe-movie.ts';
import { faststart } from '../../../functions/stream/media/isobmff/faststart.ts';
import { readMovie } from '../../../functions/stream/media/isobmff/movie.ts';
import { moviePackets, movieRemuxObstacle } from '../../../functions/stream/media/isobmff/sample-packets.ts';
import { writeFragmentedMp4 } from '../../../functions/stream/media/isobmff/write-fragmented.ts';
import { bytesAccess } from '../../../testing/file-access.ts';
import { movieFile } from '../../../testing/movie-file.ts';
import { headerPositions, mutant } from '../../../testing/mutants.ts';
import { corpusDirectory, has } from '../../../testing/needs.ts';
import { seeded } from '../../../testing/seeded.ts';

const movieBytes = () =>
  movieFile({
    tracks: [
      {
        sizes: Array.from({ length: 40 }, (_, i) => 20 + i),
        compositionOffsets: Array.from({ length: 40 }, (_, i) => [40, 80, 0, 0][i % 4] ?? 0),
        sync: [1, 17, 33],
        edits: [
          { duration: 100, mediaTime: -1 },
          { duration: 1500, mediaTime: 40 },
        ],
        wideOffsets: true,
      },
      { handler: 'soun', sizes: Array<number>(60).fill(9), duration: 21, samplesPerChunk: 7 },
      { handler: 'meta', entries: [box('gpmd', Buffer.alloc(8))], sizes: [5, 5, 5] },
    ],
    inMoov: [box('udta', box('\xa9xyz', text('+48.1+011.5/')))],
    behind: [box('uuid', Buffer.alloc(16), text('GPSLatitude'))],
  });

const CORPUS = [
  'mp4/media__sample_opus.mp4',
  'mp4/media__sample_video_only.mp4',
  'mp4/torchcodec__h265_10bits.mp4',
  'mp4/mediabunny__edts.mp4',
  'fmp4/media__sample_fragmented.mp4',
  'fmp4/media__sample_fragmented_seekable_multiple_sidx.mp4',
  'broken/taglib__infloop.m4a',
];

type Outcome = 'media' | Problem['type'];

/** Does everything with a file; throws errors that are no Problem. */
async function outcome(bytes: Buffer): Promise<Outcome> {
  const file = bytesAccess(bytes);
  try {
    const movie = await readMovie(file);
    if (movie === null) return 'not-media';
    expect(file.reads.bytes, 'bytes read for the index').to.be.at.most(bytes.length * 2 + 16 * 1024);
    const media = describeMovie(movie);
    expect(media.durationSeconds === null || media.durationSeconds >= 0).to.equal(true);
    await faststart(movie, file, { withoutLocation: true });
    const trackIndexes = media.tracks
      .map(({ index }) => index)
      .filter((index) => movieRemuxObstacle(movie, index) === null);
    for (const [startSeconds, durationSeconds] of [
      [0, null],
      [0.4, 0.3],
    ] as const) {
      if (trackIndexes.length === 0) break;
      let written = 0;
      for await (const chunk of writeFragmentedMp4(
        moviePackets(movie, file, { trackIndexes, startSeconds, durationSeconds }),
      )) {
        written += chunk.byteLength;
        // Samples may overlap, but a movie of a few kilobytes does not grow without end.
        if (written > 64 * 1024 * 1024) break;
      }
    }
    return 'media';
  } catch (error) {
    if (error instanceof Problem) return error.type;
    throw error;
  }
}

describe('damaged ISO media', () => {
  const files = [
    { name: 'a synthetic movie', bytes: movieBytes },
    ...(has('corpus') ? CORPUS : []).map((name) => ({
      name,
      bytes: () => readFileSync(`${corpusDirectory}/${name}`),
    })),
  ];
  for (const [i, { name, bytes }] of files.entries()) {
    it(`ends in media or in a Problem: 100 mutants of ${name}`, async function () {
      this.timeout(60_000);
      const random = seeded(i + 1);
      const original = bytes();
      const headers = headerPositions(original);
      const outcomes = new Map<Outcome, number>();
      for (let round = 0; round < 100; round++) {
        const result = await outcome(mutant(original, headers, random));
        outcomes.set(result, (outcomes.get(result) ?? 0) + 1);
      }
      const expected = ['media', 'not-media', 'damaged-media', 'unsupported-media', 'encrypted'];
      expect(expected).to.include.members([...outcomes.keys()]);
      // Mutants that all fail at the first byte would prove nothing.
      expect(outcomes.get('damaged-media')).to.be.at.least(20);
      expect(outcomes.get('media')).to.be.at.least(1);
    });
  }

  it('reads the synthetic movie itself', async () => {
    expect(await outcome(movieBytes())).to.equal('media');
  });

  it('refuses every beginning of a movie whose index is at the end', async () => {
    const whole = movieBytes();
    const end = whole.lastIndexOf('uuid', undefined, 'latin1') - 4;
    for (let length = 0; length < end; length += 13) {
      expect(await outcome(whole.subarray(0, length)), `${length} bytes`).to.be.oneOf([
        'not-media',
        'damaged-media',
      ]);
    }
  });

  it('takes no more memory for a table than a box can hold', async () => {
    const stsz = fullBox('stsz', 0, 0, Buffer.from('00000000ffffffff', 'hex'));
    const file = movieBytes();
    const at = file.indexOf('stsz', 0, 'latin1') - 4;
    stsz.copy(file, at + 4, 4);
    expect(await outcome(file)).to.equal('unsupported-media');
  });
});
