import { expect } from 'chai';
import {
  type ExportRecord,
  type LaneRecord,
  NOTHING_USED,
  type Stage,
} from '../../functions/stream/export/record.ts';
import { asked, become, type Happening, judge, MOST_LOST } from '../../functions/stream/export/states.ts';

const problem = { type: 't', title: 'T', status: 500, detail: 'd' };
const result = { extension: 'mp4', contentType: 'video/mp4', sizeBytes: 1, durationSeconds: 1 };
const RUNNING: Stage = { kind: 'running', lanes: 2, startedMs: 1, secondsTotal: 9 };
const STAGES: Readonly<Record<Stage['kind'], Stage>> = {
  queued: { kind: 'queued' },
  probing: { kind: 'probing' },
  running: RUNNING,
  assembling: { ...RUNNING, kind: 'assembling' },
  done: { kind: 'done', result },
  failed: { kind: 'failed', problem },
};
const HAPPENINGS: readonly Happening[] = [
  { kind: 'begun' },
  { kind: 'planned', lanes: 2, startedMs: 1, secondsTotal: 9 },
  { kind: 'made' },
  { kind: 'renewed' },
  { kind: 'composed', result },
  { kind: 'failed', problem },
  { kind: 'lost' },
];
/** What becomes of each stage, in the order of `HAPPENINGS`; a dash where it cannot happen. */
const COURSE = {
  queued: ['probing', '-', '-', 'queued', '-', 'failed', 'queued'],
  probing: ['probing', 'running', '-', 'probing', '-', 'failed', 'probing'],
  running: ['-', '-', 'assembling', 'running', '-', 'failed', 'running'],
  assembling: ['-', '-', '-', 'assembling', 'done', 'failed', 'assembling'],
  done: ['-', '-', '-', '-', '-', '-', '-'],
  failed: ['-', '-', '-', '-', '-', '-', '-'],
} as const;

const record = (stage: Stage): ExportRecord => ({ ...asked(7), stage });

describe('the state of an export', () => {
  for (const [name, becomes] of Object.entries(COURSE)) {
    it(`${name} becomes ${becomes.join(', ')}`, () => {
      const before = record(STAGES[name as Stage['kind']]);
      const seen = HAPPENINGS.map((happening) => become(before, happening));
      expect(seen.map((next) => next?.stage.kind ?? '-')).to.deep.equal(becomes);
      for (const next of seen) if (next) expect(next.ticks).to.equal(before.ticks + 1);
    });
  }

  it('fails where its workers are lost again and again, each of which is another attempt', () => {
    let now: ExportRecord = record(STAGES.probing);
    for (let i = 0; i < MOST_LOST; i++) now = become(now, { kind: 'lost' }) ?? now;
    expect(now).to.include({ attempt: MOST_LOST + 1, lost: MOST_LOST });
    expect(become(now, { kind: 'lost' })?.stage.kind).to.equal('failed');
  });

  it('adds up what was used', () => {
    const used = { ...NOTHING_USED, gbSeconds: 2, invocations: 1 };
    const next = become(record(STAGES.running), { kind: 'renewed' }, used);
    expect(next?.usage).to.deep.equal(used);
  });

  const lane = (next: number, ageSeconds = 0) => {
    const about = { generation: 7, attempt: 1, lost: 0, ticks: 0, usage: NOTHING_USED, atMs: 0 };
    const value: LaneRecord = { ...about, to: 4, next, pieces: [], secondsDone: 0, bytes: 0 };
    return { value, ageSeconds };
  };
  const table = [
    ['that nobody has asked for', null, 0, [], true, 'begin'],
    ['that is done', 'done', 9_999, [], true, 'follow'],
    ['whose result has expired', 'done', 9_999, [], false, 'begin'],
    ['that has just failed', 'failed', 3, [], true, 'follow'],
    ['that failed a while ago', 'failed', 11, [], true, 'begin'],
    ['that waits', 'queued', 3, [], true, 'follow'],
    ['that has waited for too long', 'queued', 16, [], true, 'revive begin'],
    ['whose media is looked at for too long', 'probing', 16, [], true, 'revive begin'],
    ['that is alive', 'running', 999, [lane(1), lane(2, 9)], true, 'follow'],
    ['one of whose lanes is silent', 'running', 999, [lane(1), lane(2, 16)], true, 'revive 1'],
    ['one of whose lanes has ended', 'running', 999, [lane(1), lane(4, 999)], true, 'follow'],
    ['all of whose lanes have just ended', 'running', 999, [lane(4, 20), lane(4, 1)], true, 'follow'],
    ['that nobody puts together', 'running', 999, [lane(4, 20), lane(4, 16)], true, 'revive assemble'],
    ['that is put together', 'assembling', 3, [], true, 'follow'],
    ['whose parts nobody puts together any more', 'assembling', 16, [], true, 'revive assemble'],
  ] as const;
  for (const [what, stage, ageSeconds, lanes, isThere, expected] of table) {
    it(`${what}: ${expected}`, () => {
      const aged = stage === null ? null : { value: record(STAGES[stage]), ageSeconds };
      const verdict = judge(aged, lanes, isThere);
      expect(verdict.kind === 'revive' ? `revive ${verdict.what}` : verdict.kind).to.equal(expected);
    });
  }
});
