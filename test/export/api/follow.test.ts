import { expect } from 'chai';
import type { Snapshot } from '../../../functions/stream/export/api/events.ts';
import { follow } from '../../../functions/stream/export/api/follow.ts';
import { chooseWire } from '../../../functions/stream/export/api/wire.ts';
import { NOTHING_USED, type ShardRecord, type Stage } from '../../../functions/stream/export/job/record.ts';

const wire = chooseWire('application/x-ndjson');
const RUNNING: Stage = { kind: 'running', shards: 1, startedMs: 0, secondsTotal: 9 };
const SHARD: ShardRecord = {
  ...{
    generation: 1,
    attempt: 1,
    lost: 0,
    ticks: 1,
    isWaiting: false,
    sent: 1,
    usage: NOTHING_USED,
    atMs: 0,
  },
  ...{ to: 1, next: 0, parts: [], secondsDone: 1, bytes: 1 },
};

/**
 * Lists the events of an export in one state, with their times in milliseconds of a clock that only waiting
 * moves.
 */
async function tell(stage: Stage, { lookMilliseconds = 0, secondsLeft = 900 } = {}) {
  const { signal } = new AbortController();
  const clock = clockOfWaits();
  const record = { generation: 1, attempt: 1, lost: 0, ticks: 1, usage: NOTHING_USED, stage };
  const snapshot: Snapshot = { record, shards: stage.kind === 'running' ? [SHARD] : [] };
  const look = async () => {
    if (lookMilliseconds > 0) await clock.wait(lookMilliseconds);
    return snapshot;
  };
  const about = { look, describeResult: () => ({ address: '/made' }), wire, last: null, signal };
  const told: { readonly atMs: number; readonly event: string }[] = [];
  for await (const line of follow({ ...about, secondsLeft: () => secondsLeft - clock.now() / 1000 }, clock))
    told.push({ atMs: clock.now(), event: JSON.parse(line).event });
  return { told, endMs: clock.now(), events: told.map(({ event }) => event) };
}

/** A clock that moves to the next awaited time when everything waits. */
function clockOfWaits() {
  const waits: { readonly atMs: number; end(): void }[] = [];
  let nowMs = 0;
  const goOn = () => {
    waits.sort((a, b) => b.atMs - a.atMs);
    const next = waits.pop();
    if (next === undefined) return;
    nowMs = next.atMs;
    next.end();
  };
  return {
    now: () => nowMs,
    wait: (milliseconds: number) =>
      new Promise<void>((end) => {
        waits.push({ atMs: nowMs + milliseconds, end });
        setImmediate(goOn);
      }),
  };
}

describe('the answer that follows an export', () => {
  for (const lookMilliseconds of [0, 90, 300, 500, 700, 1_000, 3_000]) {
    it(`reports progress every second if the store takes ${lookMilliseconds} ms`, async () => {
      const { told } = await tell(RUNNING, { lookMilliseconds });
      const progress = told.filter(({ event }) => event === 'progress').map(({ atMs }) => atMs);
      const gaps = progress.slice(1).map((at, i) => at - (progress[i] ?? 0));
      expect(gaps.length).to.be.above(55 - lookMilliseconds / 1_000);
      expect(Math.max(...gaps)).to.be.at.most(1_000);
    });
  }

  it('sends a heartbeat while nothing happens', async () => {
    const { events } = await tell({ kind: 'probing' });
    expect(events.slice(0, 4)).to.deep.equal(['opened', 'queued', 'probing', 'heartbeat']);
    expect(events.filter((event) => event === 'heartbeat')).to.have.length.within(10, 12);
  });

  const ends = [
    ['after a minute, even if the client is still there', RUNNING, 900, 60_000],
    ['before its invocation', RUNNING, 20, 18_000],
    [
      'soon if nobody has begun, since the work may wait for this instance',
      { kind: 'queued', sent: 1 },
      900,
      5_000,
    ],
  ] as const;
  for (const [when, stage, secondsLeft, endMs] of ends) {
    it(`ends ${when}`, async () => {
      const { endMs: end, events } = await tell(stage, { secondsLeft });
      expect(end).to.be.within(endMs, endMs + 400);
      // The client is told when to come again.
      expect(events.at(-1)).to.equal('later');
    });
  }
});
