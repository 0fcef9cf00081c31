import { Readable } from 'node:stream';
import { Problem } from '../../base/problem.ts';
import { exportId, resultName } from '../../derived/output-names.ts';
import type { DerivedStore } from '../../derived/store.ts';
import { bodyOf } from '../../http/body.ts';
import { describeProblem } from '../../http/problem-response.ts';
import type { ExportPlan } from '../../plan/plan-export.ts';
import type { StreamParameters } from '../../route/parameters.ts';
import { addressOf } from '../../route/route.ts';
import type { StoredObject } from '../../source/source.ts';
import { type Kept, openLedger } from '../job/job-store.ts';
import type { ExportRecord } from '../job/record.ts';
import { asked, judge } from '../job/states.ts';
import type { Send, Work } from '../job/work-event.ts';
import { revive } from '../worker/retry.ts';
import { hasSeenEnd, parsePosition, type Snapshot } from './events.ts';
import { follow } from './follow.ts';
import { chooseWire } from './wire.ts';

export type Exports = { readonly store: DerivedStore; readonly send: Send };

type Asking = Exports & {
  readonly object: StoredObject;
  readonly parameters: StreamParameters;
  readonly plan: ExportPlan;
  /** What to put before the address of the result, so that it is open too. */
  readonly prefix: string;
  readonly signal: AbortSignal;
  secondsLeft(): number;
  /** Told of what fails once the answer has begun: a client sees no more than that nothing goes on. */
  onFailure(error: unknown): void;
};

/** Starts an export, or joins one that is under way, and tells how it goes on. Throws `Problem`s. */
export async function answerExport(request: Request, asking: Asking): Promise<Response> {
  const { store, send, object, parameters, plan, prefix, signal } = asking;
  const wire = chooseWire(request.headers.get('accept'));
  const headers = { 'content-type': wire.contentType, 'sluice-plan': plan.header };
  if (request.method === 'HEAD') return new Response(null, { headers });
  const id = exportId(object, plan.recipe);
  const ledger = openLedger(store, id);
  const last = parsePosition(request.headers.get('last-event-id'));
  const work: Omit<Work, 'task' | 'attempt' | 'generation'> = {
    kind: 'export',
    id,
    key: object.key,
    parameters,
  };

  const first = await look(true);
  // What EventSource takes for the end: it does not ask again.
  if (first !== null && hasSeenEnd(last, first.record)) return new Response(null, { status: 204 });

  const events = follow({
    look: () =>
      look(false).catch((error: unknown) => {
        if (!signal.aborted) asking.onFailure(error);
        return null;
      }),
    describeResult: ({ extension, contentType }) => ({
      address: `${prefix}${addressOf('made', object.key)}/${id}.${extension}`,
      contentType,
    }),
    wire,
    last,
    secondsLeft: asking.secondsLeft,
    signal,
  });
  return new Response(bodyOf(Readable.from(events, { objectMode: false })), { headers });

  /** Begins what is not begun, or whose end is so old that it counts no more: only when it is asked for. */
  async function look(mayBegin: boolean): Promise<Snapshot | null> {
    const record = await ledger.read(signal);
    const stage = record?.value.stage;
    const isUnderWay = stage?.kind === 'running' || stage?.kind === 'assembling';
    const lanes =
      record && isUnderWay ? await ledger.readLanes(stage.lanes, record.value.generation, signal) : [];
    const isThere =
      stage?.kind !== 'done' ||
      !mayBegin ||
      (await store.find(resultName(object, id, stage.result.extension), signal)) !== null;
    const verdict = judge(record, lanes, isThere);
    const seen = record !== null && hasSeenEnd(last, record.value);
    if (verdict.kind === 'begin' && mayBegin && !seen) return begin(record);
    if (verdict.kind === 'revive' && record !== null) {
      const { generation } = record.value;
      const attempt = await revive(verdict.what, { ledger, record, lanes, signal });
      // Of all who see that a worker is lost, one sends another.
      if (attempt !== null) {
        // Where that fails, the work is waited for in vain, and sent for again by and by.
        await send({ ...work, generation, attempt, task: verdict.what }).catch(asking.onFailure);
        const draft = typeof verdict.what === 'number' ? lanes[verdict.what]?.value.draft : null;
        // Where this fails, the store's own rule for what is unfinished ends it.
        if (draft) await store.abandon(draft.name, draft.id, signal).catch(() => {});
      }
    }
    return record && { record: record.value, lanes: lanes.map(({ value }) => value) };
  }

  async function begin(before: Kept<ExportRecord> | null): Promise<Snapshot | null> {
    const record = asked(Date.now());
    const written = await ledger.write(record, before, signal);
    // Somebody else has begun it at the same moment.
    if (written === null) return null;
    const { generation, attempt } = record;
    try {
      await send({ ...work, generation, attempt, task: 'begin' });
    } catch (error) {
      if (error instanceof Problem) {
        await ledger.change(
          { generation, attempt },
          { kind: 'failed', problem: describeProblem(error) },
          signal,
        );
      }
      throw error;
    }
    return { record, lanes: [] };
  }
}
