import { ALL_FORMATS, Input } from 'mediabunny';
import type { RandomAccess } from '../../source/bytes.ts';
import { boundedReads } from './bounded-reads.ts';
import { uncached } from './demuxers.ts';

/** Covers have some megabytes, and stand in the metadata at either end of a file. */
const TAG_BYTES = 32 * 2 ** 20;

/** Tells whether the metadata of a song has an image; false if they cannot be read. */
export async function hasCoverArt(file: RandomAccess, signal: AbortSignal): Promise<boolean> {
  const reads = boundedReads(file, signal);
  reads.limit(TAG_BYTES);
  const input = new Input({ formats: ALL_FORMATS, source: uncached(file, reads) });
  try {
    const { images = [] } = await input.getMetadataTags();
    return images.length > 0;
  } catch {
    signal.throwIfAborted();
    return false;
  } finally {
    input.dispose();
  }
}
