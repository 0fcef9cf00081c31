import { expect } from 'chai';
import {
  type ExportRecord,
  NOTHING_USED,
  type ShardRecord,
  type Stage,
} from '../../../functions/stream/export/job/record.ts';
import {
  type JobEvent,
  MOST_LOST,
  MOST_SENT,
  NOBODY_CAME,
  newJob,
  nextAction,
  transition,
} from '../../../functions/stream/export/job/states.ts';

const problem = { type: 't', title: 'T', status: 500, detail: 'd' };
const result = { extension: 'mp4', contentType: 'video/mp4', sizeBytes: 1, durationSeconds: 1 };
const RUNNING: Stage = { kind: 'running', shards: 2, startedMs: 1, secondsTotal: 9 };
const STAGES: Readonly<Record<Stage['kind'], Stage>> = {
  queued: { kind: 'queued', sent: 1 },
  probing: { kind: 'probing' },
  running: RUNNING,
  assembling: { ...RUNNING, kind: 'assembling', isWaiting: false, sent: 1 },
  done: { kind: 'done', result },
  failed: { kind: 'failed', problem },
};
const EVENTS: readonly JobEvent[] = [
  { kind: 'begun' },
  { kind: 'planned', shards: 2, startedMs: 1, secondsTotal: 9 },
  { kind: 'shards-done', isWaiting: false },
  { kind: 'renewed' },
  { kind: 'composed', result },
  { kind: 'failed', problem },
  { kind: 'lost' },
];
/** The result for each stage, in the order of `EVENTS`; a dash if the event is not possible. */
const COURSE = {
  queued: ['probing', '-', '-', 'queued', '-', 'failed', 'queued'],
  probing: ['-', 'running', '-', 'probing', '-', 'failed', 'queued'],
  running: ['-', '-', 'assembling', 'running', '-', 'failed', 'assembling'],
  assembling: ['-', '-', '-', 'assembling', 'done', 'failed', 'assembling'],
  done: ['-', '-', '-', '-', '-', '-', '-'],
  failed: ['-', '-', '-', '-', '-', '-', '-'],
} as const;

/** Loses the worker; then another one begins. */
function lose(record: ExportRecord): ExportRecord {
  const next = transition(record, { kind: 'lost' }) ?? record;
  return transition(next, { kind: 'renewed' }) ?? next;
}

const record = (stage: Stage): ExportRecord => ({ ...newJob(7), stage });

describe('the state of an export', () => {
  for (const [name, becomes] of Object.entries(COURSE)) {
    it(`${name} becomes ${becomes.join(', ')}`, () => {
      const before = record(STAGES[name as Stage['kind']]);
      const seen = EVENTS.map((event) => transition(before, event));
      expect(seen.map((next) => next?.stage.kind ?? '-')).to.deep.equal(becomes);
      for (const next of seen) if (next) expect(next.ticks).to.equal(before.ticks + 1);
    });
  }

  it('fails if its workers are lost again and again, with a new attempt each', () => {
    let now: ExportRecord = record(STAGES.assembling);
    for (let i = 0; i < MOST_LOST; i++) now = lose(now);
    expect(now).to.include({ attempt: MOST_LOST + 1, lost: MOST_LOST });
    expect(lose(now).stage.kind).to.equal('failed');
  });

  it('does not count a worker that was sent for and never came as lost', () => {
    const waiting = record({ ...RUNNING, kind: 'assembling', isWaiting: true, sent: 1 });
    const next = transition({ ...waiting, lost: MOST_LOST }, { kind: 'lost' });
    const stage = { ...waiting.stage, sent: 2 };
    expect(next).to.deep.include({ attempt: 1, lost: MOST_LOST, stage });
  });

  it('is sent again and again if nobody comes, then fails', () => {
    const assembling = { ...RUNNING, kind: 'assembling', isWaiting: true } as const;
    for (const waiting of [{ kind: 'queued' } as const, assembling]) {
      const sent = (times: number) => transition(record({ ...waiting, sent: times }), { kind: 'lost' });
      const again = { ...waiting, sent: MOST_SENT };
      expect(sent(MOST_SENT - 1)).to.deep.include({ attempt: 1, stage: again });
      expect(sent(MOST_SENT)?.stage).to.deep.equal({ kind: 'failed', problem: NOBODY_CAME });
    }
  });

  it('adds up what was used', () => {
    const used = { ...NOTHING_USED, gbSeconds: 2, invocations: 1 };
    const next = transition(record(STAGES.running), { kind: 'renewed' }, used);
    expect(next?.usage).to.deep.equal(used);
  });

  const shard = (next: number, ageSeconds = 0, isWaiting = false) => {
    const about = { generation: 7, attempt: 1, lost: 0, ticks: 0, usage: NOTHING_USED, atMs: 0, isWaiting };
    const value: ShardRecord = { ...about, sent: 1, to: 4, next, parts: [], secondsDone: 0, bytes: 0 };
    return { value, ageSeconds };
  };
  const table = [
    ['that nobody has requested', null, 0, [], true, 'begin'],
    ['that is done', 'done', 9_999, [], true, 'follow'],
    ['whose result has expired', 'done', 9_999, [], false, 'begin'],
    ['that has just failed', 'failed', 3, [], true, 'follow'],
    ['that failed a while ago', 'failed', 11, [], true, 'begin'],
    ['that waits', 'queued', 3, [], true, 'follow'],
    ['that waits for a little while', 'queued', 19, [], true, 'follow'],
    ['whose event may be lost', 'queued', 21, [], true, 'retry begin'],
    ['whose media is probed for too long', 'probing', 16, [], true, 'retry begin'],
    ['that is alive', 'running', 999, [shard(1), shard(2, 9)], true, 'follow'],
    ['with a silent shard', 'running', 999, [shard(1), shard(2, 16)], true, 'retry 1'],
    ['with a shard that waits for a worker', 'running', 999, [shard(1), shard(2, 19, true)], true, 'follow'],
    ['with a shard that waits in vain', 'running', 999, [shard(1), shard(2, 21, true)], true, 'retry 1'],
    ['with a finished shard', 'running', 999, [shard(1), shard(4, 999)], true, 'follow'],
    ['whose shards have all just finished', 'running', 999, [shard(4, 20), shard(4, 1)], true, 'follow'],
    ['that nobody assembles', 'running', 999, [shard(4, 20), shard(4, 16)], true, 'retry assemble'],
    ['that is being assembled', 'assembling', 3, [], true, 'follow'],
    ['whose assembly is silent', 'assembling', 16, [], true, 'retry assemble'],
  ] as const;
  for (const [what, stage, ageSeconds, shards, isThere, expected] of table) {
    it(`${what}: ${expected}`, () => {
      const aged = stage === null ? null : { value: record(STAGES[stage]), ageSeconds };
      const action = nextAction(aged, shards, isThere);
      expect(action.kind === 'retry' ? `retry ${action.what}` : action.kind).to.equal(expected);
    });
  }
});
