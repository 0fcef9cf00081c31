import { damaged, Problem } from '../../base/problem.ts';
import type { CachedAccess } from '../../source/cache.ts';
import { type Flow, openLoopback } from '../../source/loopback.ts';
import type { Sniffed } from '../demux/sniff.ts';
import { withTrackEnds } from '../demux/track-ends.ts';
import { describeWithFfprobe } from '../ffprobe/ffprobe.ts';
import type { FfprobeOptions } from '../ffprobe/run-ffprobe.ts';
import type { Media } from '../model/media.ts';
import { tailOf } from '../transport/tail.ts';
import type { ProbeInput } from './probe.ts';

/** More than metadata before the first packet take. */
const HEAD_BYTES = 64 * 1024;

/**
 * Probes a file, or the flow that stands for it, with ffprobe. Rejects with the source's own problems if those
 * were in the way.
 */
export async function probeForeign(
  { file, object, ffprobePath, slots }: ProbeInput,
  kind: Sniffed['kind'],
  signal: AbortSignal,
  flow: Flow | null = null,
): Promise<Media> {
  const loopback = await openLoopback({ access: flow ?? file, etag: object.etag, signal });
  let release = () => {};
  try {
    if (slots !== undefined) release = await slots.take(signal);
    const options = { ffprobePath, signal };
    const head = await file.read(0, Math.min(HEAD_BYTES, file.sizeBytes));
    const isKnown = kind === 'foreign';
    const media = await describeWithFfprobe(loopback.url, { ...options, isKnown, head });
    return await withEnds(media, file, object.etag, options);
  } catch (error) {
    // A seemingly broken file may be a source that broke.
    const failure = loopback.failure();
    if (failure) throw failure;
    if (kind !== 'unknown' && error instanceof Problem && error.type === 'not-media') {
      throw damaged('This file begins like media but cannot be read as such.', { cause: error });
    }
    throw error;
  } finally {
    release();
    await loopback.close();
  }
}

/** Refines the result by the end of the file: if that cannot be read, the headers count. */
async function withEnds(
  media: Media,
  file: CachedAccess,
  etag: string,
  options: FfprobeOptions,
): Promise<Media> {
  const tail = await tailOf(file, media);
  if (tail === null) return media;
  const loopback = await openLoopback({ access: tail, etag, signal: options.signal });
  try {
    return await withTrackEnds(media, loopback.url, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (loopback.failure() || !(error instanceof Problem)) throw loopback.failure() ?? error;
    return media;
  } finally {
    await loopback.close();
  }
}
