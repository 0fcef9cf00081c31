import type { Kept } from '../job/job-store.ts';
import { isFinished, type LaneRecord } from '../job/record.ts';
import { assemble, assembleElsewhere, takeMade } from './assemble.ts';
import { makePiece } from './make-part.ts';
import { type Prepared, prepare } from './prepare.ts';
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
