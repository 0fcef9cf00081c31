import { INPUT_FORMATS } from '../engine/input-formats.ts';
import { damaged, Problem } from '../http/problem.ts';
import { openLoopback } from '../source/loopback.ts';
import { describeWithFfprobe } from './containers/ffprobe.ts';
import type { Sniffed } from './containers/sniff.ts';
import type { Media } from './media.ts';
import type { ProbeInput } from './probe.ts';

/** What ffprobe makes of a file. Rejects with the source's own problems where those were in the way. */
export async function probeForeign(
  { file, object, ffprobePath, slots }: ProbeInput,
  kind: Sniffed['kind'],
  signal: AbortSignal,
): Promise<Media> {
  const loopback = await openLoopback({ access: file, etag: object.etag, signal });
  let release = () => {};
  try {
    if (slots !== undefined) release = await slots.take(signal);
    return await describeWithFfprobe(loopback.url, {
      ffprobePath,
      formatWhitelist: INPUT_FORMATS,
      isKnown: kind === 'foreign',
      signal,
    });
  } catch (error) {
    // What looks like a broken file may be a source that broke.
    const failure = loopback.failure();
    if (failure) throw failure;
    if (kind !== 'unknown' && error instanceof Problem && error.type === 'not-media') {
      throw damaged('This file begins as media does, but cannot be read as such.', { cause: error });
    }
    throw error;
  } finally {
    release();
    await loopback.close();
  }
}
