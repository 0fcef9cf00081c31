import { describeError } from '../../base/describe-error.ts';
import { sourceChanged } from '../../base/problem.ts';
import { exportId } from '../../derived/output-names.ts';
import type { EngineContext } from '../../engine/transcode-object.ts';
import { clocked } from '../../media/transport/clocked.ts';
import { burntScripts, findBurnt } from '../../open/burnt-text.ts';
import { heedChanges, probeObject } from '../../open/probe-object.ts';
import { foundLoudness } from '../../plan/found-loudness.ts';
import { type ExportPlan, planExport } from '../../plan/plan-export.ts';
import { planInput } from '../../plan/plan-input.ts';
import { cachedAccess } from '../../source/cache.ts';
import type { StoredObject } from '../../source/source.ts';
import type { BodyContext } from '../formats/body.ts';
import { whileHolding } from './renewing.ts';
import type { WorkerContext } from './worker.ts';

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
  return whileHolding(worker, attempt, () => prepare(worker));
}

/**
 * Finds and probes the media again, as the request did. Rejects with `source-changed` if the object was
 * replaced.
 */
export async function prepare(worker: WorkerContext): Promise<Prepared> {
  const { work, source, engine, cache, config, signal, trace } = worker;
  const isTimeUp = () => worker.isTimeUp() || worker.followers.areGone();
  const { limits } = config;
  const object = await trace.time('stat', () => source.stat(work.key, signal));
  const probed = await probeObject({ object, head: null }, worker, worker);
  // The request has checked whether it fits.
  const about = { object, probed, limits, secondsLeft: () => Number.POSITIVE_INFINITY };
  const given = { source, object, signal, trace };
  const input = await findBurnt(planInput(about, work.parameters, null), given);
  const plan = planExport(await heedChanges(input, given));
  if (exportId(object, plan.recipe) !== work.id) throw sourceChanged(work.key);
  const access = clocked(cachedAccess(source, object, signal, { cache }), probed.clock);
  const onMeasured: EngineContext['onMeasured'] = (output, measured) => {
    const loudness = foundLoudness(probed.media, output, measured);
    if (loudness === null) return;
    // The export goes on for longer than this takes, and is worth more.
    const adding = worker.findings.add(object, { loudness: [loudness] }, signal);
    adding.catch((error: unknown) => trace.note({ findings: describeError(error) }));
  };
  return {
    object,
    plan,
    context: {
      ...{ source, object, access, limits, signal, trace, probed, engine, isTimeUp, onMeasured },
      burntScript: burntScripts({ source, object, limits, signal, trace, probed }),
    },
  };
}
