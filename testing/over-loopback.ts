import { basename, dirname } from 'node:path';
import type { Probed } from '../functions/stream/media/probe/probe.ts';
import { clocked } from '../functions/stream/media/transport/clocked.ts';
import { cachedAccess, createBlockCache } from '../functions/stream/source/cache.ts';
import { directorySource } from '../functions/stream/source/directory.ts';
import { openLoopback } from '../functions/stream/source/loopback.ts';

/**
 * Hands an address of a file of this machine to `use`, for an ffmpeg that opens no files; with its clock
 * corrected if `clock` is given.
 */
export async function overLoopback<T>(
  path: string,
  clock: Probed['clock'],
  use: (url: string) => Promise<T>,
): Promise<T> {
  const { signal } = new AbortController();
  const source = directorySource(dirname(path));
  const object = await source.stat(basename(path), signal);
  const access = clocked(cachedAccess(source, object, signal, { cache: createBlockCache() }), clock);
  const loopback = await openLoopback({ access, etag: object.etag, signal });
  try {
    return await use(loopback.url);
  } finally {
    await loopback.close();
  }
}
