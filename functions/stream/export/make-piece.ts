import { Problem, unsupported } from '../http/problem.ts';
import type { Body } from './bodies/body.ts';
import { openBody } from './bodies/open-body.ts';
import type { Kept } from './ledger.ts';
import { pieceName } from './names.ts';
import type { Prepared } from './prepare.ts';
import { isFinished, type LaneRecord, type Piece, sumUsage } from './record.ts';
import { whileRenewing } from './renewing.ts';
import { OUT_OF_TIME } from './shift-ends.ts';
import { MOST_LOST } from './states.ts';
import type { Shift } from './worker.ts';

const LATE_MILLISECONDS = 1_000;

/**
 * Makes the next piece of a lane, as long as the time of this invocation allows, and hands the lane on. Null where it is
 * somebody else's now.
 */
export async function makePiece(
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

/** Not where another lane has failed, nor where the export is made anew. */
async function isWanted({ work, ledger }: Shift, signal: AbortSignal): Promise<boolean> {
  const record = await ledger.read(signal);
  return record?.value.generation === work.generation && record.value.stage.kind === 'running';
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
