import { Problem, unsupported } from '../http/problem.ts';
import { assemble, assembleElsewhere, takeMade } from './assemble.ts';
import type { Body } from './bodies/body.ts';
import { openBody } from './bodies/open-body.ts';
import type { Kept } from './ledger.ts';
import { pieceName } from './names.ts';
import { type Prepared, prepare } from './prepare.ts';
import { isFinished, type LaneRecord, type Piece, sumUsage } from './record.ts';
import { whileRenewing } from './renewing.ts';
import { OUT_OF_TIME } from './shift-ends.ts';
import { MOST_LOST } from './states.ts';
import type { Shift } from './worker.ts';

/**
 * Makes of a lane what the time of this invocation allows, keeps it, and sends for another invocation for the rest. Who
 * finishes the last lane sees to it that the parts are put together.
 */
export async function runLane(
  shift: Shift,
  number: number,
  attempt: number,
  known?: Prepared,
): Promise<void> {
  const { work, ledger, preparing, send } = shift;
  const { signal } = preparing;
  const lane = await ledger.readLane(number, signal);
  if (lane === null || lane.value.generation !== work.generation || lane.value.attempt !== attempt) return;
  if (isFinished(lane.value)) return finish(shift, known);
  const own = known === undefined ? await take(shift, number, lane) : lane;
  if (own === null) return;
  let prepared = known;
  const readied = async () => {
    prepared ??= await prepare(work, preparing);
    return prepared;
  };
  const made = await makePiece(shift, number, own, readied);
  if (made === null) return;
  if (!isFinished(made)) return send({ ...work, task: number, attempt: made.attempt });
  await finish(shift, prepared);
}

/** Null where the event has come twice, and another has the lane. */
async function take({ ledger, preparing }: Shift, number: number, lane: Kept<LaneRecord>) {
  if (!lane.value.isWaiting) return null;
  const taken = { ...lane.value, isWaiting: false, ticks: lane.value.ticks + 1 };
  return ledger.writeLane(number, taken, lane, preparing.signal);
}

/** Null where the lane is somebody else's now. */
async function makePiece(
  shift: Shift,
  number: number,
  lane: Kept<LaneRecord>,
  readied: () => Promise<Prepared>,
): Promise<LaneRecord | null> {
  const { work, ledger, store, meter, preparing } = shift;
  const { signal } = preparing;
  const start = lane.value;
  const { generation, attempt } = start;
  const name = pieceName(work.id, { generation, lane: number, attempt, from: start.next });
  let begun: NonNullable<LaneRecord['draft']> | null = null;
  const onBegun = (id: string) => {
    begun = { name, id };
  };
  const draft = await store.create(name, { signal, onBegun });
  let current = lane;
  let bodyBytes = 0;
  let isDivisible = true;
  const write = async (value: LaneRecord, within = signal) => {
    const written = await ledger.writeLane(number, value, current, within);
    if (written !== null) current = written;
    return written !== null;
  };
  try {
    let body: Body | null = null;
    const secondsDone = () => body?.secondsDone() ?? 0;
    const progress = (): LaneRecord => ({
      ...current.value,
      ticks: current.value.ticks + 1,
      atMs: Date.now(),
      draft: begun,
      secondsDone: start.secondsDone + secondsDone(),
      bytes: start.bytes + bodyBytes,
      usage: sumUsage([start.usage, meter.used()]),
    });
    const renew = async (within: AbortSignal) =>
      (await isWanted(shift, within)) && (await write(progress(), within));
    // The first bytes of a large file may take longer than what counts as lost.
    const produce = async () => {
      const { plan, desk } = await readied();
      isDivisible = plan.groups !== null;
      const opened = await openBody(plan.recipe, { from: start.next, to: start.to }, desk);
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
    const next = await whileRenewing(produce, { signal, renew, stop: shift.giveUp });
    if (next === null) {
      await draft.discard();
      return await madeNothing(signal);
    }
    const piece: Piece = { name, bodyBytes, seconds: secondsDone() };
    const made = await handOn({ ...progress(), next, lost: 0, pieces: [...start.pieces, piece] }, signal);
    if (made === null) await store.remove(name, signal).catch(() => {});
    return made;
  } catch (error) {
    await draft.discard();
    // Of a film, less may fit into the time of another.
    if (signal.reason !== OUT_OF_TIME || !isDivisible) throw error;
    return madeNothing(AbortSignal.timeout(LATE_MILLISECONDS));
  }

  function madeNothing(within: AbortSignal): Promise<LaneRecord | null> {
    if (start.lost >= MOST_LOST) throw tooSlow();
    return handOn({ ...start, ticks: current.value.ticks + 1, lost: start.lost + 1 }, within);
  }

  /** To the next attempt, if there is to be one. */
  async function handOn(end: LaneRecord, within: AbortSignal): Promise<LaneRecord | null> {
    const usage = sumUsage([start.usage, meter.take()]);
    const next = { ...end, draft: null, usage, attempt: attempt + 1, isWaiting: !isFinished(end) };
    return (await write(next, within)) ? next : null;
  }
}

const LATE_MILLISECONDS = 1_000;

/** Not where another lane has failed, nor where the export is made anew. */
async function isWanted({ work, ledger }: Shift, signal: AbortSignal): Promise<boolean> {
  const record = await ledger.read(signal);
  return record?.value.generation === work.generation && record.value.stage.kind === 'running';
}

async function finish(shift: Shift, known: Prepared | undefined): Promise<void> {
  const { work, ledger, preparing } = shift;
  const { signal } = preparing;
  const record = await ledger.read(signal);
  if (record?.value.generation !== work.generation || record.value.stage.kind !== 'running') return;
  const lanes = await ledger.readLanes(record.value.stage.lanes, work.generation, signal);
  if (lanes.length < record.value.stage.lanes || !lanes.every(({ value }) => isFinished(value))) return;
  if (preparing.isTimeUp()) return assembleElsewhere(shift);
  await assemble(shift, await takeMade(shift), known);
}

function empty(): Problem {
  return unsupported(
    'Nothing that could be decoded is there to be exported, in the part that was asked for.',
  );
}

function tooSlow(): Problem {
  return new Problem(
    'too-large',
    'One invocation is not long enough for two seconds of it; ask for a smaller height.',
  );
}
