import { basename, dirname } from 'node:path';
import { readLimits } from '../functions/stream/base/limits.ts';
import { probe } from '../functions/stream/media/probe/probe.ts';
import { clientOf } from '../functions/stream/plan/client.ts';
import type { Output } from '../functions/stream/plan/output.ts';
import { planStream } from '../functions/stream/plan/stream-plan.ts';
import { parseRoute } from '../functions/stream/route/routes.ts';
import { cachedAccess, createBlockCache } from '../functions/stream/source/cache.ts';
import { directorySource } from '../functions/stream/source/directory.ts';

/** Returns what the function would have ffmpeg encode of a file for these parameters of /stream. */
export async function planFor(path: string, query: string): Promise<Output> {
  const source = directorySource(dirname(path));
  const { signal } = new AbortController();
  const object = await source.stat(basename(path), signal);
  const file = cachedAccess(source, object, signal, { cache: createBlockCache() });
  const { media, originalObstacle, remuxObstacle } = await probe({
    file,
    object,
    ffprobePath: '/nonexistent',
    signal,
  });
  const route = parseRoute(new URL(`https://sluice.example/stream/${basename(path)}?${query}`));
  if (route.kind !== 'stream') throw new Error(`${query} is no query of /stream`);
  const limits = { ...readLimits({}), cores: 2 };
  const plan = planStream({
    media,
    sizeBytes: object.sizeBytes,
    parameters: route.parameters,
    client: clientOf(null, null),
    limits,
    secondsLeft: 900,
    originalObstacle,
    remuxObstacle,
  });
  if (plan.kind !== 'transcode') throw new Error(`${query} needs no transcode`);
  return plan.output;
}
