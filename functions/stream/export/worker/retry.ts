import type { Kept, Ledger } from '../job/job-store.ts';
import type { ExportRecord, LaneRecord } from '../job/record.ts';
import { become, LOST, MOST_LOST, MOST_SENT, NOBODY_CAME, type Verdict } from '../job/states.ts';

type Reviving = {
  readonly ledger: Ledger;
  readonly record: Kept<ExportRecord>;
  readonly lanes: readonly Kept<LaneRecord>[];
  readonly signal: AbortSignal;
};

/**
 * Takes the work of a lost worker from it. Resolves with the number of the attempt that is to be sent instead, which is
 * the same where nobody had come for it; null where somebody else has seen to it, or where the export has failed: it was
 * lost, or sent for in vain, too often.
 */
export function revive(
  what: Extract<Verdict, { kind: 'revive' }>['what'],
  reviving: Reviving,
): Promise<number | null> {
  return typeof what === 'number' ? reviveLane(what, reviving) : reviveWhole(reviving);
}

async function reviveLane(
  number: number,
  { ledger, record, lanes, signal }: Reviving,
): Promise<number | null> {
  const lane = lanes[number];
  if (lane === undefined) return null;
  const { attempt, lost, ticks, isWaiting, sent } = lane.value;
  const isOver = isWaiting ? sent >= MOST_SENT : lost >= MOST_LOST;
  if (isOver) {
    const { generation } = record.value;
    const problem = isWaiting ? NOBODY_CAME : LOST;
    await ledger.change({ generation }, { kind: 'failed', problem }, signal);
    return null;
  }
  const again = isWaiting
    ? { sent: sent + 1 }
    : { attempt: attempt + 1, lost: lost + 1, isWaiting: true, sent: 1 };
  const next = { ...lane.value, ...again, ticks: ticks + 1 };
  return (await ledger.writeLane(number, next, lane, signal)) && next.attempt;
}

async function reviveWhole({ ledger, record, signal }: Reviving): Promise<number | null> {
  const next = become(record.value, { kind: 'lost' });
  const written = next && (await ledger.write(next, record, signal));
  return written === null || written.value.stage.kind === 'failed' ? null : written.value.attempt;
}
