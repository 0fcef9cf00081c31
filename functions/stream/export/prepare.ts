import type { Config } from '../config.ts';
import type { Engine } from '../engine/ffmpeg.ts';
import type { Slots } from '../engine/slots.ts';
import { sourceChanged } from '../http/problem.ts';
import type { ProbeCache } from '../media/probe-cache.ts';
import { AS_IT_IS_NOW, findObject, probeObject } from '../open/open-object.ts';
import { clientOf } from '../plan/client.ts';
import { type ExportPlan, planExport } from '../plan/plan-export.ts';
import type { BlockCache } from '../source/cache.ts';
import { cachedAccess } from '../source/cache.ts';
import type { Source, StoredObject } from '../source/source.ts';
import type { Trace } from '../trace.ts';
import type { BodyDesk } from './bodies/body.ts';
import { exportId } from './names.ts';
import type { Work } from './work-event.ts';

export type Preparing = {
  readonly source: Source;
  readonly engine: Engine;
  readonly slots?: Slots;
  readonly cache: BlockCache;
  readonly probes: ProbeCache;
  readonly config: Pick<Config, 'limits' | 'ffprobePath'>;
  readonly signal: AbortSignal;
  readonly trace: Trace;
  secondsLeft(): number;
  isTimeUp(): boolean;
};

export type Prepared = { readonly object: StoredObject; readonly plan: ExportPlan; readonly desk: BodyDesk };

/** Finds and probes the media anew, as whoever asked did. Rejects with `source-changed` where it is another now. */
export async function prepare(work: Work, parts: Preparing): Promise<Prepared> {
  const { source, engine, slots, cache, probes, config, signal, trace, isTimeUp } = parts;
  const { limits, ffprobePath } = config;
  const finder = { source, cache, probes, ffprobePath, slots, signal, trace };
  const found = await findObject(work.key, finder, AS_IT_IS_NOW);
  const { object } = found;
  const probed = await probeObject(found, finder);
  const plan = planExport({
    media: probed.media,
    sizeBytes: object.sizeBytes,
    parameters: work.parameters,
    client: clientOf(work.parameters.accept, null),
    limits,
    // Whoever asked has looked whether it fits.
    secondsLeft: Number.POSITIVE_INFINITY,
    originalObstacle: probed.originalObstacle,
    remuxObstacle: probed.remuxObstacle,
  });
  if (exportId(object, plan.recipe) !== work.id) throw sourceChanged(work.key);
  const access = cachedAccess(source, object, signal, { cache });
  return { object, plan, desk: { source, object, access, limits, signal, trace, probed, engine, isTimeUp } };
}
