import { expect } from 'chai';
import {
  eventsAfter,
  hasSeenEnd,
  type Position,
  parsePosition,
} from '../../../functions/stream/export/api/events.ts';
import {
  type ExportRecord,
  NOTHING_USED,
  type ShardRecord,
  type Stage,
} from '../../../functions/stream/export/job/record.ts';

const RUNNING: Stage = { kind: 'running', shards: 2, startedMs: 1_000, secondsTotal: 40 };
const DONE: Stage = {
  kind: 'done',
  result: { extension: 'mp4', contentType: 'video/mp4', sizeBytes: 77, durationSeconds: 40 },
};
const FAILED: Stage = { kind: 'failed', problem: { type: 'x', title: 'y', status: 415, detail: 'z' } };
const SHARD: ShardRecord = {
  ...{
    generation: 5,
    attempt: 1,
    lost: 0,
    ticks: 3,
    usage: NOTHING_USED,
    atMs: 3_000,
    isWaiting: false,
    sent: 1,
  },
  ...{ to: 4, next: 0, parts: [], secondsDone: 5, bytes: 100 },
};

const record = (stage: Stage, ticks = 2): ExportRecord => ({
  ...{ generation: 5, attempt: 1, lost: 0, ticks, usage: { ...NOTHING_USED, gbSeconds: 1.23456 }, stage },
});

function told(last: string | null, stage: Stage, shards: readonly ShardRecord[] = []) {
  const position = parsePosition(last);
  const describe = () => ({ address: '/made' });
  return eventsAfter(position, { record: record(stage), shards }, describe);
}

describe('the events of an export', () => {
  it('never report more than there is in the end', () => {
    const [progress] = told('5-2-4-1000-1', RUNNING, [{ ...SHARD, secondsDone: 30.0235 }]);
    expect(progress?.data).to.have.property('secondsDone').that.is.at.most(30.0235);
  });

  const table: readonly [string, string | null, Stage, readonly ShardRecord[], readonly string[]][] = [
    ['at the beginning', null, { kind: 'queued', sent: 1 }, [], ['queued']],
    ['to a client that joins', null, RUNNING, [SHARD, SHARD], ['queued', 'probing', 'progress']],
    ['to a client that comes after the end', null, DONE, [], ['done']],
    ['of a failure, to a client that comes late', null, FAILED, [], ['failed']],
    ['when nothing has happened', '5-0-2-0-0', { kind: 'queued', sent: 1 }, [], []],
    ['after being queued', '5-0-2-0-0', { kind: 'probing' }, [], ['probing']],
    ['with what was missed', '5-0-2-0-0', RUNNING, [SHARD], ['probing', 'progress']],
    ['after some progress', '5-2-4-1000-1', RUNNING, [SHARD], ['progress']],
    ['after this progress', '5-2-5-5000-100', RUNNING, [SHARD], []],
    ['at the end, after everything else', '5-2-9-9000-1', DONE, [], ['progress', 'done']],
    ['at the end, with what was missed', '5-0-9-0-0', DONE, [], ['probing', 'progress', 'done']],
    ['after the end', '5-3-9-9000-1', DONE, [], []],
    ['of an export that was started again', '4-3-9-9000-1', { kind: 'queued', sent: 1 }, [], ['queued']],
    ['to a client with a foreign id', 'nonsense', RUNNING, [SHARD], ['queued', 'probing', 'progress']],
  ];
  for (const [when, last, stage, shards, names] of table) {
    it(`${when}: ${names.join(', ') || 'none'}`, () => {
      const events = told(last, stage, shards);
      expect(events.map(({ name }) => name)).to.deep.equal(names);
      for (const { id } of events) expect(parsePosition(id)).to.not.equal(null);
    });
  }

  it('add up what all shards have done', () => {
    const [, , progress] = told(null, RUNNING, [SHARD, { ...SHARD, secondsDone: 7, bytes: 11, atMs: 5_000 }]);
    expect(progress?.data).to.deep.equal({
      ...{ percent: 30, secondsDone: 12, secondsTotal: 40, speed: 3, bytes: 111, etaSeconds: 9.3 },
    });
  });

  it('never go back, even if a lost worker’s work is done again', () => {
    const [progress] = told('5-2-4-9000-500', RUNNING, [SHARD]);
    expect(progress?.data).to.include({ secondsDone: 9, bytes: 500 });
  });

  it('do not say 100 % before the result is published', () => {
    const [progress] = told('5-2-1-0-0', RUNNING, [{ ...SHARD, secondsDone: 41 }]);
    expect(progress?.data).to.include({ percent: 99.9, etaSeconds: 0 });
  });

  it('have no percent and no end if the file has no duration', () => {
    const [progress] = told('5-2-1-0-0', { ...RUNNING, secondsTotal: null }, [SHARD]);
    expect(progress?.data).to.include({ percent: null, etaSeconds: null, secondsDone: 5 });
  });

  it('end with the result and what it cost', () => {
    const events = told('5-2-9-9000-1', DONE);
    expect(events.at(-1)?.data).to.deep.equal({
      ...{ address: '/made', sizeBytes: 77, durationSeconds: 40 },
      ...{ invocations: 0, gbSeconds: 1.235, bytesRead: 0, bytesWritten: 0 },
    });
    const ids = events.map(({ id }) => parsePosition(id) as Position);
    expect(ids.map(({ ticks }) => ticks)).to.deep.equal([10, 10]);
  });

  it('are over for a client that has seen the end', () => {
    expect(hasSeenEnd(parsePosition('5-3-1-0-0'), record(FAILED))).to.equal(true);
    expect(hasSeenEnd(parsePosition('4-3-1-0-0'), record(FAILED))).to.equal(false);
    expect(hasSeenEnd(parsePosition('5-2-1-0-0'), record(FAILED))).to.equal(false);
    expect(hasSeenEnd(null, record(DONE))).to.equal(false);
  });

  for (const id of [
    null,
    '',
    '1-2',
    '5-4-1-0-0',
    '5-2-1-0-0-9',
    '-5-2-1-0-0',
    '5-2-1-0-1e3',
    '9'.repeat(40),
  ]) {
    it(`do not take ${JSON.stringify(id)} for a position`, () => expect(parsePosition(id)).to.equal(null));
  }
});
