import { Readable } from 'node:stream';
import { Problem } from '../../base/problem.ts';
import type { Budget } from '../../derived/budget.ts';
import { exportId, resultName } from '../../derived/output-names.ts';
import type { DerivedStore } from '../../derived/store.ts';
import { bodyOf } from '../../http/body.ts';
import { describeProblem } from '../../http/problem-response.ts';
import type { ExportPlan } from '../../plan/plan-export.ts';
import { hashOf } from '../../plan/tag.ts';
import { addressOf } from '../../route/address-of.ts';
import type { StreamParameters } from '../../route/stream-parameters.ts';
import type { StoredObject } from '../../source/source.ts';
import { openJobStore, type Versioned } from '../job/job-store.ts';
import type { ExportRecord } from '../job/record.ts';
import { newJob, nextAction } from '../job/states.ts';
import type { ExportLimits } from '../job/unfinished.ts';
import type { Send, Work } from '../job/work-event.ts';
import { retryLost } from '../worker/retry.ts';
import { admit } from './admit.ts';
import { hasSeenEnd, parsePosition, type Snapshot } from './events.ts';
import { follow } from './follow.ts';
import { chooseWire } from './wire.ts';

export type Exports = {
  readonly store: DerivedStore;
  readonly send: Send;
  readonly limits: ExportLimits;
  /** Null if there is none. */
  readonly budget: Pick<Budget, 'check'> | null;
};

/** How often a client is noted that follows an export; workers wait for a new note for a few times as long. */
const NOTE_MILLISECONDS = 10_000;

type ExportRequest = Exports & {
  readonly object: StoredObject;
  readonly parameters: StreamParameters;
  readonly plan: ExportPlan;
  /** The id of the key that has signed the address; null if it is not signed. */
  readonly signer: string | null;
  /** The prefix of the result's address, so that the client may open it too. */
  readonly prefix: string;
  readonly signal: AbortSignal;
  secondsLeft(): number;
  /** Is called with failures after the answer has begun: a client only sees that nothing goes on. */
  onFailure(error: unknown): void;
};

/**
 * Starts an export or joins one that is under way, and reports its progress. Throws `Problem`s, such as
 * `too-many-exports` before any work begins.
 */
export async function followExport(request: Request, asked: ExportRequest): Promise<Response> {
  const { store, send, object, parameters, plan, prefix, signal } = asked;
  const wire = chooseWire(request.headers.get('accept'));
  const headers = { 'content-type': wire.contentType, 'sluice-plan': plan.header };
  if (request.method === 'HEAD') return new Response(null, { headers });
  const id = exportId(object, plan.recipe);
  const jobs = openJobStore(store, id);
  const last = parsePosition(request.headers.get('last-event-id'));
  const work: Omit<Work, 'task' | 'attempt' | 'generation'> = {
    kind: 'export',
    id,
    key: object.key,
    parameters,
    hops: 1,
  };

  const admitted = async () => {
    await asked.budget?.check(signal);
    await admit({ id, object: hashOf(object, 'exports'), signer: asked.signer }, asked);
  };

  let notedAt = Number.NEGATIVE_INFINITY;
  const first = await look(true);
  // EventSource takes this status for the end and does not reconnect.
  if (first !== null && hasSeenEnd(last, first.record)) return new Response(null, { status: 204 });

  const events = follow({
    look: () =>
      look(false).catch((error: unknown) => {
        if (!signal.aborted) asked.onFailure(error);
        return null;
      }),
    describeResult: ({ extension, contentType }) => ({
      address: `${prefix}${addressOf('made', object.key)}/${id}.${extension}`,
      contentType,
    }),
    wire,
    last,
    secondsLeft: asked.secondsLeft,
    signal,
  });
  return new Response(bodyOf(Readable.from(events, { objectMode: false })), { headers });

  /**
   * Begins an export that has not begun, or whose end is so old that it no longer counts, but only if it is
   * asked for.
   */
  async function look(mayBegin: boolean): Promise<Snapshot | null> {
    const record = await jobs.read(signal);
    const stage = record?.value.stage;
    const isUnderWay = stage?.kind === 'running' || stage?.kind === 'assembling';
    const shards =
      record && isUnderWay ? await jobs.readShards(stage.shards, record.value.generation, signal) : [];
    const isThere =
      stage?.kind !== 'done' ||
      !mayBegin ||
      (await store.find(resultName(object, id, stage.result.extension), signal)) !== null;
    const action = nextAction(record, shards, isThere);
    const seen = record !== null && hasSeenEnd(last, record.value);
    if (action.kind === 'begin' && mayBegin && !seen) {
      await admitted();
      await note();
      return begin(record);
    }
    // An export that was left to itself may have lost its place to others.
    if (action.kind === 'retry') await admitted();
    if (action.kind !== 'begin' && stage?.kind !== 'done') await note();
    if (action.kind === 'retry' && record !== null) {
      const { generation } = record.value;
      const attempt = await retryLost(action.what, { jobs, record, shards, signal });
      // Of all clients that see a lost worker, one sends another.
      if (attempt !== null) {
        // If that fails, nobody takes the work, and it is sent again later.
        await send({ ...work, generation, attempt, task: action.what }).catch(asked.onFailure);
        const draft = typeof action.what === 'number' ? shards[action.what]?.value.draft : null;
        // If this fails, the store's own rule for unfinished uploads ends the draft.
        if (draft) await store.abandon(draft.name, draft.id, signal).catch(() => {});
      }
    }
    return record && { record: record.value, shards: shards.map(({ value }) => value) };
  }

  /** Workers go on for clients that follow. */
  async function note(): Promise<void> {
    if (performance.now() - notedAt < NOTE_MILLISECONDS) return;
    notedAt = performance.now();
    await jobs.noteFollower(signal);
  }

  async function begin(before: Versioned<ExportRecord> | null): Promise<Snapshot | null> {
    const record = newJob(Date.now());
    const written = await jobs.write(record, before, signal);
    // Another client has begun it at the same moment.
    if (written === null) return null;
    const { generation, attempt } = record;
    try {
      await send({ ...work, generation, attempt, task: 'begin' });
    } catch (error) {
      if (error instanceof Problem) {
        await jobs.change(
          { generation, attempt },
          { kind: 'failed', problem: describeProblem(error) },
          signal,
        );
      }
      throw error;
    }
    return { record, shards: [] };
  }
}
