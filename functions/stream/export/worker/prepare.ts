import { sourceChanged } from '../../base/problem.ts';
import type { Trace } from '../../base/trace.ts';
import type { Config } from '../../config/config.ts';
import { exportId } from '../../derived/output-names.ts';
import type { Engine } from '../../engine/ffmpeg.ts';
import type { Decoding } from '../../media/model/decoding.ts';
import type { ProbeCache } from '../../media/probe/probe-cache.ts';
import { clocked } from '../../media/transport/clocked.ts';
import { CURRENT_VERSION, findObject, probeObject } from '../../open/open-object.ts';
import { planInput } from '../../open/plan-input.ts';
import { type ExportPlan, planExport } from '../../plan/plan-export.ts';
import type { Slots } from '../../sandbox/slots.ts';
import { type BlockCache, cachedAccess } from '../../source/cache.ts';
import type { Source, StoredObject } from '../../source/source.ts';
import type { BodyContext } from '../formats/body.ts';
import type { Work } from '../job/work-event.ts';
import { whileHolding } from './renewing.ts';
import type { WorkerContext } from './worker.ts';

export type Preparing = {
  readonly source: Source;
  readonly engine: Engine;
  readonly slots?: Slots;
  readonly decoding?: Decoding | undefined;
  readonly cache: BlockCache;
  readonly probes: ProbeCache;
  readonly config: Pick<Config, 'limits' | 'ffprobePath'>;
  readonly signal: AbortSignal;
  readonly trace: Trace;
  secondsLeft(): number;
  isTimeUp(): boolean;
};

export type Prepared = {
  readonly object: StoredObject;
  readonly plan: ExportPlan;
  readonly context: BodyContext;
};

/**
 * Probes the media while the record is renewed: a large file over a slow store takes a while, in which this
 * worker must not count as lost.
 */
export function prepareRenewing(worker: WorkerContext, attempt: number): Promise<Prepared> {
  return whileHolding(worker, attempt, () => prepare(worker.work, worker.preparing));
}

/**
 * Finds and probes the media again, as the request did. Rejects with `source-changed` if the object was
 * replaced.
 */
export async function prepare(work: Work, parts: Preparing): Promise<Prepared> {
  const { source, engine, cache, config, signal, trace, isTimeUp } = parts;
  const { limits } = config;
  const found = await findObject(work.key, parts, parts, CURRENT_VERSION);
  const { object } = found;
  const probed = await probeObject(found, parts, parts);
  // The request has checked whether it fits.
  const about = { object, probed, limits, secondsLeft: Number.POSITIVE_INFINITY };
  const plan = planExport(planInput(about, work.parameters, null));
  if (exportId(object, plan.recipe) !== work.id) throw sourceChanged(work.key);
  const access = clocked(cachedAccess(source, object, signal, { cache }), probed.clock);
  return {
    object,
    plan,
    context: { source, object, access, limits, signal, trace, probed, engine, isTimeUp },
  };
}
