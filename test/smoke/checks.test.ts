import { expect } from 'chai';
import { CHECKS } from '../../smoke/checks.ts';
import { checkFake } from './check-fake.ts';
import { json, problem, TOKEN } from './fake-answers.ts';
import { type FakeService, type Fault, startFakeService } from './fake-service.ts';
import { FAULTS } from './faults/all.ts';

const NAMES = CHECKS.map(({ name }) => name);

describe('the checks of the smoke test', () => {
  let service: FakeService;
  before(async () => {
    service = await startFakeService();
  });
  after(() => service.close());

  it('pass, all of them, for a service that does everything right', async () => {
    const rows = await checkFake(service, null, NAMES, { key: null });
    expect(rows.filter(({ verdict }) => verdict.kind !== 'passed')).to.deep.equal([]);
    expect(rows.map(({ name }) => name)).to.deep.equal(NAMES);
  });

  it('can fail, each of them', () => {
    const found = new Set(FAULTS.map(([name]) => name));
    expect(NAMES.filter((name) => !found.has(name))).to.deep.equal([]);
  });

  describe('fail for a service with a fault', () => {
    for (const [name, what, says, fault, waits] of FAULTS) {
      it(`${name}: ${what}`, async () => {
        const options = waits === undefined ? {} : { timeoutSeconds: 2 };
        const [row] = await checkFake(service, fault, [name], options);
        expect(row?.verdict.kind, row?.verdict.seen).to.equal('failed');
        expect(row?.verdict.seen).to.match(says);
      });
    }
  });

  it('accept health without the token if the token is for media only', async () => {
    const open: Fault = (ask, correct) => {
      if (ask.target === '/health') return correct({ ...ask, target: `/~${TOKEN}/health` });
      return ask.target.endsWith('/health') ? problem(ask, 403, 'forbidden') : correct(ask);
    };
    const [row] = await checkFake(service, open, ['health']);
    expect(row?.verdict).to.deep.equal({ kind: 'passed', seen: '200, 48 bytes, version 1.0.0, ffmpeg 7.1' });
  });

  it('take a longer part of a film that is transcoded at once', async () => {
    const parts: string[] = [];
    const info = json({ media: { durationSeconds: 30, tracks: [{ kind: 'video' }] } });
    const note: Fault = (ask, correct) => {
      if (ask.target.includes('/info/')) return info;
      const [, part] = /duration=(\d+)/.exec(ask.target) ?? [];
      if (part !== undefined) parts.push(part);
      return { ...correct(ask), pauseMilliseconds: 0 };
    };
    await checkFake(service, note, ['transcode starts before its end']);
    expect(parts).to.deep.equal(['6', '12', '24', '24', '24']);
  });
});
