import { setMaxListeners } from 'node:events';
import { describeError } from '../../base/describe-error.ts';
import type { RequestContext } from '../../base/request-context.ts';
import { createTrace } from '../../base/trace.ts';
import type { Config } from '../../config/config.ts';
import type { KnownFindings } from '../../derived/known-findings.ts';
import type { DerivedStore } from '../../derived/store.ts';
import type { Engine } from '../../engine/ffmpeg.ts';
import { asProblem } from '../../http/problem-response.ts';
import type { ProbeServices } from '../../open/probe-object.ts';
import { shardsFor } from '../../plan/plan-export.ts';
import { type JobStore, openJobStore } from '../job/job-store.ts';
import { NOTHING_USED, type ShardRecord } from '../job/record.ts';
import { MOST_HOPS, type Send, type Work } from '../job/work-event.ts';
import { assemble, takeWaiting } from './assemble.ts';
import { createFollowers, type Followers } from './followers.ts';
import { prepareRenewing } from './prepare.ts';
import { removeParts } from './remove-parts.ts';
import { runShard } from './shard.ts';
import { GIVEN_UP, OUT_OF_TIME, UNFOLLOWED } from './stop-reasons.ts';
import { tellFailure } from './tell-failure.ts';
import { createMeter, type Meter } from './usage.ts';

/** What the process gives every worker. */
export type WorkerServices = ProbeServices & {
  readonly engine: Engine;
  readonly config: Pick<Config, 'limits' | 'ffprobePath'>;
  readonly store: DerivedStore;
  readonly findings: KnownFindings;
  readonly send: Send;
  readonly memoryGigabytes: number;
  readonly maxInvocations: number;
  /** How long an export goes on that no client follows. */
  readonly unfollowedSeconds: number;
};

/** One invocation that works on an export, with the services it uses; `source` counts what is read of it. */
export type WorkerContext = WorkerServices &
  Pick<RequestContext, 'signal' | 'trace' | 'secondsLeft'> & {
    readonly work: Work;
    readonly jobs: JobStore;
    readonly meter: Meter;
    /** Whether the time left is needed for ending the invocation. */
    isTimeUp(): boolean;
    readonly followers: Followers;
    /** Sends for another invocation. */
    readonly send: Send;
    /** Whether another invocation is sent for where work is left; otherwise the next client that follows does it. */
    goesOn(): boolean;
    /** Aborts everything under way when another worker has the work. */
    giveUp(): void;
    /** Aborts what cannot be divided when nobody follows any more. */
    leave(): void;
  };

export type WorkContext = { getRemainingTimeInMillis(): number };
type Fields = Readonly<Record<string, unknown>>;

/**
 * The share of an invocation's time that is reserved for its end: publishing a part, writing its record,
 * sending for the next one.
 */
const END_SHARE = 0.15;
const END_SECONDS = { least: 2.5, most: 30 };
const LATE_MILLISECONDS = 5_000;
/** The part of the reserved time in which a failure can be recorded. */
const MOST_TELLING_SECONDS = 5;

/**
 * Does work that was sent. Never rejects: a failure is written to the export's record. Resolves with what to
 * log.
 */
export function createWorker(services: WorkerServices) {
  return async (work: Work, context: WorkContext): Promise<Fields> => {
    const started = performance.now();
    const total = context.getRemainingTimeInMillis() / 1000 - 0.5;
    const secondsLeft = () => total - (performance.now() - started) / 1000;
    const reserve = Math.min(END_SECONDS.most, Math.max(END_SECONDS.least, total * END_SHARE));
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const telling = Math.min(MOST_TELLING_SECONDS, reserve / 2);
    const timer = setTimeout(() => controller.abort(OUT_OF_TIME), (total - telling) * 1000);
    const meter = createMeter(services.memoryGigabytes);
    const trace = createTrace();
    const jobs = openJobStore(services.store, work.id);
    const followers = createFollowers(jobs, services.unfollowedSeconds);
    const worker: WorkerContext = {
      ...services,
      send: (next) => services.send({ ...next, hops: work.hops + 1 }),
      goesOn: () => !followers.areGone() && work.hops < MOST_HOPS,
      source: meter.counting(services.source),
      signal: controller.signal,
      trace,
      secondsLeft,
      work,
      jobs,
      meter,
      followers,
      isTimeUp: () => secondsLeft() < reserve,
      giveUp: () => controller.abort(GIVEN_UP),
      leave: () => controller.abort(UNFOLLOWED),
    };
    try {
      await carryOut(worker);
      return { work, seconds: (performance.now() - started) / 1000, ...trace.fields };
    } catch (error) {
      const { signal } = controller;
      const problem = error === GIVEN_UP || signal.reason === GIVEN_UP ? GIVEN_UP : asProblem(error, signal);
      // The work's own time may be up.
      const late = AbortSignal.timeout(LATE_MILLISECONDS);
      const told = problem === GIVEN_UP ? null : await tellFailure(worker, problem, late);
      await removeParts(worker, late);
      return {
        work,
        ...trace.fields,
        problem: problem.type,
        cause: describeError(problem.cause ?? problem),
        told,
      };
    } finally {
      clearTimeout(timer);
      controller.abort(GIVEN_UP);
    }
  };
}

async function carryOut(worker: WorkerContext): Promise<void> {
  const { work } = worker;
  if (work.task === 'begin') await begin(worker);
  else if (work.task === 'assemble') await assemble(worker, await takeWaiting(worker));
  else await runShard(worker, work.task, work.attempt);
}

/** Probes the media, divides the work, and does the first part of it. */
async function begin(worker: WorkerContext): Promise<void> {
  const { work, jobs, send, signal, secondsLeft, maxInvocations } = worker;
  if ((await jobs.change(work, { kind: 'begun' }, signal)) === null) return;
  const prepared = await prepareRenewing(worker, work.attempt);
  // The shards of a worker that has replaced this one must not be started again.
  if (!(await isOurs(worker))) return;
  const { plan } = prepared;
  const shards = shardsFor(plan, secondsLeft(), maxInvocations);
  for (const [i, { from, to }] of shards.entries()) {
    const shard: ShardRecord = {
      ...{ generation: work.generation, attempt: work.attempt, lost: 0, ticks: 0, usage: NOTHING_USED },
      ...{ isWaiting: i > 0, sent: 1 },
      ...{ atMs: Date.now(), next: from, to, parts: [], secondsDone: 0, bytes: 0 },
    };
    const before = await jobs.readShard(i, signal);
    if ((await jobs.writeShard(i, shard, before, signal)) === null) return;
  }
  const event = {
    kind: 'planned' as const,
    shards: shards.length,
    startedMs: Date.now(),
    secondsTotal: plan.secondsTotal,
  };
  if ((await jobs.change(work, event, signal)) === null) return;
  await Promise.all(shards.slice(1).map((_, i) => send({ ...work, task: i + 1 })));
  await runShard(worker, 0, work.attempt, prepared);
}

async function isOurs({ work, jobs, signal }: WorkerContext): Promise<boolean> {
  const record = await jobs.read(signal);
  return record?.value.generation === work.generation && record.value.attempt === work.attempt;
}
