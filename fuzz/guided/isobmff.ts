import { Problem } from '../../functions/stream/base/problem.ts';
import { openCopyTrack } from '../../functions/stream/media/copy-track.ts';
import { describeMovie, tableOf } from '../../functions/stream/media/isobmff/describe-movie.ts';
import { faststart } from '../../functions/stream/media/isobmff/faststart.ts';
import { type Movie, readMovie } from '../../functions/stream/media/isobmff/movie.ts';
import { moviePackets, movieRemuxObstacle } from '../../functions/stream/media/isobmff/sample-packets.ts';
import { writeFragmentedMp4 } from '../../functions/stream/media/isobmff/write-fragmented.ts';
import { cachedAccess, createBlockCache } from '../../functions/stream/source/cache.ts';
import { bytesAccess } from '../../testing/file-access.ts';
import { fakeSource } from '../../testing/sources.ts';
import { drainCopy } from './drain-copy.ts';
import { hold, type Target } from './target.ts';

const MOST_WRITTEN = 8 * 1024 * 1024;

/** Our own reader of ISO base media: index, sample tables, faststart, remux, cuts. */
export const isobmff: Target = {
  async run(bytes) {
    const file = bytesAccess(bytes);
    try {
      const movie = await readMovie(file);
      if (movie === null) return;
      hold(file.reads.bytes <= bytes.length * 2 + 16 * 1024, `${file.reads.bytes} bytes read for the index`);
      const media = describeMovie(movie);
      const { durationSeconds } = media;
      hold(
        durationSeconds === null || (durationSeconds >= 0 && Number.isFinite(durationSeconds)),
        'the duration',
      );
      holdTables(movie, bytes.length);
      await holdFaststart(movie, bytes);
      const tracks = media.tracks.filter(({ kind }) => kind === 'video' || kind === 'audio');
      const trackIndexes = tracks
        .map(({ index }) => index)
        .filter((index) => movieRemuxObstacle(movie, index) === null);
      await repackage(movie, file, trackIndexes);
      const source = fakeSource(bytes);
      const { object } = source;
      const { signal } = new AbortController();
      const access = cachedAccess(source, object, signal, { cache: createBlockCache() });
      const remuxObstacle = (index: number) => movieRemuxObstacle(movie, index);
      const probed = { media, movie, originalObstacle: null, endsEarly: false, clock: null, remuxObstacle };
      for (const trackIndex of trackIndexes) {
        const input = { probed, source, object, access, trackIndex, zeroSeconds: 0, signal };
        await drainCopy(await openCopyTrack({ ...input, inspectsKeyframes: true }), MOST_WRITTEN);
      }
    } catch (error) {
      if (!(error instanceof Problem) || error.type === 'internal') throw error;
    }
  },
};

/** Checks that samples are within the file, and that those of one table are decoded one after the other. */
function holdTables(movie: Movie, sizeBytes: number): void {
  for (const track of movie.tracks) {
    const table = tableOf(movie, track);
    if (table === null) continue;
    let before = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < table.count; i++) {
      const [start, size, time] = [table.offsets.at(i), table.sizes.at(i), table.decodeTimes.at(i)];
      hold(start >= 0 && size >= 0 && start + size <= sizeBytes, `sample ${i} is outside the file`);
      // Fragments may overlap as they like.
      hold(time >= before || movie.fragments !== null, `sample ${i} is decoded before the one before it`);
      before = time;
    }
  }
}

async function holdFaststart(movie: Movie, bytes: Buffer): Promise<void> {
  for (const withoutLocation of [false, true]) {
    const result = await faststart(movie, bytesAccess(bytes), { withoutLocation });
    if (result === null) continue;
    let sum = 0;
    for (const extent of result.extents) {
      const length = extent.kind === 'bytes' ? extent.bytes.length : extent.end - extent.start;
      hold(length >= 0, 'an extent has a length');
      if (extent.kind === 'source')
        hold(extent.start >= 0 && extent.end <= bytes.length, 'an extent is outside the file');
      sum += length;
    }
    hold(
      sum === result.sizeBytes,
      `the extents have ${sum} bytes together, and ${result.sizeBytes} were announced`,
    );
  }
}

async function repackage(
  movie: Movie,
  file: ReturnType<typeof bytesAccess>,
  trackIndexes: readonly number[],
) {
  if (trackIndexes.length === 0) return;
  for (const [startSeconds, durationSeconds] of [
    [0, null],
    [0.4, 0.3],
  ] as const) {
    let written = 0;
    const packets = moviePackets(movie, file, { trackIndexes, startSeconds, durationSeconds });
    for await (const chunk of writeFragmentedMp4(packets)) {
      written += chunk.byteLength;
      // Samples may overlap, so that this can be much; other code enforces the service's limit.
      if (written > MOST_WRITTEN) break;
    }
  }
}
