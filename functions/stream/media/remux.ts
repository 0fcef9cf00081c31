import { damaged } from '../base/problem.ts';
import type { CachedAccess } from '../source/cache.ts';
import { containerPackets } from './cuts/container-packets.ts';
import { openContainer } from './demux/mediabunny.ts';
import { moviePackets } from './isobmff/sample-packets.ts';
import { writeFragmentedMp4 } from './isobmff/write-fragmented.ts';
import type { Probed } from './probe/probe.ts';

export type RemuxOptions = {
  /** `Track.index` of the tracks to repackage. */
  readonly tracks: readonly number[];
  readonly startSeconds: number;
  readonly durationSeconds: number | null;
};

/**
 * Yields the tracks of a file as fragmented MP4, without decoding them. Throws `damaged-media` or
 * `unsupported-media`.
 */
export async function* remux(
  { movie }: Probed,
  file: CachedAccess,
  { tracks, startSeconds, durationSeconds }: RemuxOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  if (movie !== null) {
    yield* writeFragmentedMp4(
      moviePackets(movie, file, { trackIndexes: tracks, startSeconds, durationSeconds }),
    );
    return;
  }
  const container = await openContainer(file, signal);
  if (container === null) throw damaged('The file could not be read a second time.');
  try {
    const packets = await containerPackets(container, {
      trackIndexes: tracks,
      ...(startSeconds > 0 ? { startSeconds } : {}),
      ...(durationSeconds === null ? {} : { durationSeconds }),
    });
    yield* writeFragmentedMp4(packets);
  } finally {
    container.close();
  }
}
