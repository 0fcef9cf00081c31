import { setMaxListeners } from 'node:events';
import { describeError } from '../../base/describe-error.ts';
import { createTrace } from '../../base/trace.ts';
import type { DerivedStore } from '../../derived/store.ts';
import { asProblem } from '../../http/problem-response.ts';
import { lanesFor } from '../../plan/plan-export.ts';
import { type Ledger, openLedger } from '../job/job-store.ts';
import { type LaneRecord, NOTHING_USED } from '../job/record.ts';
import type { Send, Work } from '../job/work-event.ts';
import { assemble, takeWaiting } from './assemble.ts';
import { runLane } from './lane.ts';
import { type Preparing, prepareRenewing } from './prepare.ts';
import { removeParts } from './remove-parts.ts';
import { GIVEN_UP, OUT_OF_TIME } from './shift-ends.ts';
import { tellFailure } from './tell-failure.ts';
import { createMeter, type Meter } from './usage.ts';

export type WorkerParts = Omit<Preparing, 'signal' | 'trace' | 'secondsLeft' | 'isTimeUp'> & {
  readonly store: DerivedStore;
  readonly send: Send;
  readonly memoryGigabytes: number;
  readonly maxInvocations: number;
};

/** One invocation that works on an export. */
export type Shift = {
  readonly work: Work;
  readonly ledger: Ledger;
  readonly store: DerivedStore;
  readonly meter: Meter;
  readonly send: Send;
  readonly preparing: Preparing;
  /** Ends all that is under way where the work is somebody else's now. */
  giveUp(): void;
};

export type WorkContext = { getRemainingTimeInMillis(): number };
type Fields = Readonly<Record<string, unknown>>;

/** Kept back of an invocation's time for what ends it: a part is published, its record written, the next one sent for. */
const END_SHARE = 0.15;
const END_SECONDS = { least: 2.5, most: 30 };
const LATE_MILLISECONDS = 5_000;
/** Of the time that is kept back: for telling that it was not enough. */
const MOST_TELLING_SECONDS = 5;

/** Does work that was sent. Never rejects: what goes wrong is told in the export's record. Resolves with what to log. */
export function createWorker(parts: WorkerParts) {
  return async (work: Work, context: WorkContext): Promise<Fields> => {
    const started = performance.now();
    const total = context.getRemainingTimeInMillis() / 1000 - 0.5;
    const secondsLeft = () => total - (performance.now() - started) / 1000;
    const reserve = Math.min(END_SECONDS.most, Math.max(END_SECONDS.least, total * END_SHARE));
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const telling = Math.min(MOST_TELLING_SECONDS, reserve / 2);
    const timer = setTimeout(() => controller.abort(OUT_OF_TIME), (total - telling) * 1000);
    const meter = createMeter(parts.memoryGigabytes);
    const trace = createTrace();
    const shift: Shift = {
      work,
      ledger: openLedger(parts.store, work.id),
      store: parts.store,
      meter,
      send: parts.send,
      preparing: {
        ...parts,
        source: meter.counting(parts.source),
        signal: controller.signal,
        trace,
        secondsLeft,
        isTimeUp: () => secondsLeft() < reserve,
      },
      giveUp: () => controller.abort(GIVEN_UP),
    };
    try {
      await carryOut(shift, parts.maxInvocations);
      return { work, seconds: (performance.now() - started) / 1000, ...trace.fields };
    } catch (error) {
      const { signal } = controller;
      const problem = error === GIVEN_UP || signal.reason === GIVEN_UP ? GIVEN_UP : asProblem(error, signal);
      // The work's own time may be over.
      const late = AbortSignal.timeout(LATE_MILLISECONDS);
      const told = problem === GIVEN_UP ? null : await tellFailure(shift, problem, late);
      await removeParts(shift, late);
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

async function carryOut(shift: Shift, maxInvocations: number): Promise<void> {
  const { work } = shift;
  if (work.task === 'begin') await begin(shift, maxInvocations);
  else if (work.task === 'assemble') await assemble(shift, await takeWaiting(shift));
  else await runLane(shift, work.task, work.attempt);
}

/** Looks at the media, divides the work, and does the first part of it. */
async function begin(shift: Shift, maxInvocations: number): Promise<void> {
  const { work, ledger, preparing, send } = shift;
  const { signal, secondsLeft } = preparing;
  if ((await ledger.change(work, { kind: 'begun' }, signal)) === null) return;
  const prepared = await prepareRenewing(shift, work.attempt);
  // Lanes of whoever has replaced this worker meanwhile are not to be begun anew.
  if (!(await isOurs(shift))) return;
  const { plan } = prepared;
  const lanes = lanesFor(plan, secondsLeft(), maxInvocations);
  for (const [i, { from, to }] of lanes.entries()) {
    const lane: LaneRecord = {
      ...{ generation: work.generation, attempt: work.attempt, lost: 0, ticks: 0, usage: NOTHING_USED },
      ...{ isWaiting: i > 0, sent: 1 },
      ...{ atMs: Date.now(), next: from, to, pieces: [], secondsDone: 0, bytes: 0 },
    };
    const before = await ledger.readLane(i, signal);
    if ((await ledger.writeLane(i, lane, before, signal)) === null) return;
  }
  const happening = {
    kind: 'planned' as const,
    lanes: lanes.length,
    startedMs: Date.now(),
    secondsTotal: plan.secondsTotal,
  };
  if ((await ledger.change(work, happening, signal)) === null) return;
  await Promise.all(lanes.slice(1).map((_, i) => send({ ...work, task: i + 1 })));
  await runLane(shift, 0, work.attempt, prepared);
}

async function isOurs({ work, ledger, preparing }: Shift): Promise<boolean> {
  const record = await ledger.read(preparing.signal);
  return record?.value.generation === work.generation && record.value.attempt === work.attempt;
}
