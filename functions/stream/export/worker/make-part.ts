import { Problem, unsupported } from '../../base/problem.ts';
import { partName } from '../../derived/output-names.ts';
import { rewriteOwn } from '../../derived/rewrite-own.ts';
import type { Body } from '../formats/body.ts';
import { openBody } from '../formats/open-body.ts';
import type { Versioned } from '../job/job-store.ts';
import { isFinished, type Part, type ShardRecord, sumUsage } from '../job/record.ts';
import { MOST_LOST } from '../job/states.ts';
import type { Prepared } from './prepare.ts';
import { whileRenewing } from './renewing.ts';
import { GIVEN_UP, OUT_OF_TIME, UNFOLLOWED } from './stop-reasons.ts';
import type { WorkerContext } from './worker.ts';

const HAND_ON_MILLISECONDS = 5_000;

/**
 * Produces the next part of a shard within the time of this invocation and hands the shard on. Returns null
 * if another worker has the shard now.
 */
export async function makePart(
  worker: WorkerContext,
  number: number,
  shard: Versioned<ShardRecord>,
  readied: () => Promise<Prepared>,
): Promise<ShardRecord | null> {
  const { work, jobs, store, meter, signal, followers } = worker;
  const start = shard.value;
  const { generation, attempt } = start;
  const name = partName(work.id, { generation, shard: number, attempt, from: start.next });
  let begun: NonNullable<ShardRecord['draft']> | null = null;
  const onStart = (id: string) => {
    begun = { name, id };
  };
  const draft = await store.create(name, { signal, onStart });
  let current = shard;
  let bodyBytes = 0;
  let isDivisible = true;
  const write = async (value: ShardRecord, within: AbortSignal) => {
    const written = await rewriteOwn(current, {
      write: (replaces) => jobs.writeShard(number, value, replaces, within),
      read: () => jobs.readShard(number, within),
      isOwn: ({ value: found }) =>
        found.generation === generation && found.attempt === attempt && !found.isWaiting,
    });
    if (written !== null) current = written;
    return written !== null;
  };
  let body: Body | null = null;
  const secondsDone = () => body?.secondsDone() ?? 0;
  const progress = (): ShardRecord => ({
    ...current.value,
    ticks: current.value.ticks + 1,
    atMs: Date.now(),
    draft: begun,
    secondsDone: start.secondsDone + secondsDone(),
    bytes: start.bytes + bodyBytes,
    usage: sumUsage([start.usage, meter.used()]),
  });
  const renew = async (within: AbortSignal) => {
    await followers.look(within);
    if (followers.areGone() && !isDivisible) worker.leave();
    return (await isWanted(worker, within)) && (await write(progress(), within));
  };
  /** Resolves with the next group; null if there was no time for any. */
  const produce = async () => {
    const { plan, context } = await readied();
    isDivisible = plan.groups !== null;
    const opened = await openBody(plan.recipe, { from: start.next, to: start.to }, context);
    body = opened;
    for await (const chunk of opened.chunks) {
      bodyBytes += chunk.byteLength;
      meter.wrote(chunk.byteLength);
      await draft.write(chunk);
    }
    const end = opened.finish();
    if (end.next === start.next) return null;
    if (bodyBytes === 0 && plan.groups === null) throw empty();
    await draft.write(Buffer.from(end.index));
    await draft.publish();
    return end.next;
  };
  // The first bytes of a large file may take longer than the time after which a worker counts as lost.
  const next = await whileRenewing(produce, { signal, renew, stop: worker.giveUp }).catch(async (error) => {
    const isOutOfTime = signal.reason === OUT_OF_TIME && error !== GIVEN_UP;
    // Of a film, a smaller part may fit into another invocation's time.
    if ((isOutOfTime && isDivisible) || (signal.reason === UNFOLLOWED && error !== GIVEN_UP)) return null;
    await draft.discard();
    throw isOutOfTime ? indivisible() : error;
  });
  if (next === null) {
    await draft.discard();
    if (start.lost >= MOST_LOST && !followers.areGone()) throw tooSlow();
  }
  const part: Part = { name, bodyBytes, seconds: secondsDone() };
  const end: ShardRecord =
    next === null
      ? { ...start, ticks: current.value.ticks + 1, lost: start.lost + (followers.areGone() ? 0 : 1) }
      : { ...progress(), next, lost: 0, parts: [...start.parts, part] };
  const usage = sumUsage([start.usage, meter.take()]);
  const isWaiting = !isFinished(end);
  const handed = {
    ...end,
    draft: null,
    usage,
    attempt: attempt + 1,
    isWaiting,
    sent: worker.goesOn() ? 1 : 0,
  };
  const isHanded = await write(handed, AbortSignal.timeout(HAND_ON_MILLISECONDS)).catch(() => {
    // A client that follows finds the shard silent and sends another worker.
    throw GIVEN_UP;
  });
  if (isHanded) return handed;
  if (next !== null) await store.remove(name, signal).catch(() => {});
  return null;
}

/** False if another shard has failed or the export was started again. */
async function isWanted({ work, jobs }: WorkerContext, signal: AbortSignal): Promise<boolean> {
  const record = await jobs.read(signal);
  return record?.value.generation === work.generation && record.value.stage.kind === 'running';
}

function empty(): Problem {
  return unsupported('The requested part has nothing that could be decoded.');
}

function indivisible(): Problem {
  return new Problem(
    'timeout',
    'This does not fit into one invocation and cannot be divided; ask for a part of it, or for mp4.',
  );
}

function tooSlow(): Problem {
  return new Problem(
    'too-large',
    'One invocation is not long enough for two seconds of it; ask for a smaller height.',
  );
}
