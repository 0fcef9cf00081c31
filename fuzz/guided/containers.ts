import { Problem } from '../../functions/stream/base/problem.ts';
import { openContainerTrack } from '../../functions/stream/media/cuts/container-track.ts';
import { containerPackets, remuxObstacle } from '../../functions/stream/media/cuts/remux.ts';
import { ReadLimit } from '../../functions/stream/media/demux/demuxers.ts';
import { openContainer } from '../../functions/stream/media/demux/mediabunny.ts';
import { sniff } from '../../functions/stream/media/demux/sniff.ts';
import { writeFragmentedMp4 } from '../../functions/stream/media/isobmff/write-fragmented.ts';
import { cachedAccess, createBlockCache } from '../../functions/stream/source/cache.ts';
import { bytesAccess } from '../../testing/file-access.ts';
import { probedOf } from '../../testing/media.ts';
import { fakeSource } from '../../testing/sources.ts';
import { drainCopy } from './drain-copy.ts';
import { hold, type Target } from './target.ts';

const MOST_WRITTEN = 8 * 1024 * 1024;
/** The limit for reading the duration and the packets, in file sizes: there are many ways to read them. */
const MOST_READ_FACTOR = 400;
/**
 * The demuxer may read a small file as often as it likes within its limit, to open, to describe and to write
 * it.
 */
const MOST_READ_BYTES = 3 * 16 * 1024 * 1024;

/** The other containers: our own headers, and the demuxer with limited reads. */
export const containers: Target = {
  async run(bytes) {
    if (bytes.length === 0) return;
    sniff(bytes.subarray(0, 4_096), 'film.ts');
    const file = bytesAccess(bytes);
    const { signal } = new AbortController();
    try {
      const container = await openContainer(file, signal);
      if (container === null) return;
      try {
        const media = await container.describe();
        const { durationSeconds } = media;
        hold(
          durationSeconds === null || (durationSeconds >= 0 && Number.isFinite(durationSeconds)),
          'the duration',
        );
        const trackIndexes = media.tracks
          .filter((track) => remuxObstacle(media.container, track) === null)
          .filter(({ index }) => container.tracks.some((track) => track.index === index))
          .map(({ index }) => index);
        if (trackIndexes.length > 0) {
          let written = 0;
          const packets = await containerPackets(container, { trackIndexes });
          for await (const chunk of writeFragmentedMp4(packets)) {
            written += chunk.byteLength;
            if (written > MOST_WRITTEN) break;
          }
        }
        if (media.container === 'matroska' || media.container === 'webm') {
          const source = fakeSource(bytes);
          const access = cachedAccess(source, source.object, signal, { cache: createBlockCache() });
          const probed = probedOf(media);
          for (const trackIndex of trackIndexes) {
            const input = {
              probed,
              source,
              object: source.object,
              access,
              trackIndex,
              zeroSeconds: 0,
              signal,
            };
            await drainCopy(
              await openContainerTrack(probed.media, { ...input, inspectsKeyframes: true }),
              MOST_WRITTEN,
            );
          }
        }
      } finally {
        container.close();
      }
    } catch (error) {
      if (error instanceof ReadLimit) throw error;
      if (!(error instanceof Problem) || error.type === 'internal') throw error;
    } finally {
      const mostRead = Math.max(MOST_READ_FACTOR * bytes.length, MOST_READ_BYTES);
      hold(file.reads.bytes <= mostRead, `${file.reads.bytes} bytes read`);
    }
  },
};
