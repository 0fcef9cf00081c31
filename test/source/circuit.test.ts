import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import {
  forbidden,
  notFound,
  sourceChanged,
  sourceUnavailable,
} from '../../functions/stream/base/problem.ts';
import { withCircuit } from '../../functions/stream/source/circuit.ts';
import {
  admit,
  type Circuit,
  CLOSED,
  type Outcome,
  settle,
} from '../../functions/stream/source/circuit-state.ts';
import { problemOfS3 } from '../../functions/stream/source/s3-problems.ts';
import type { Source } from '../../functions/stream/source/source.ts';
import { problemOf } from '../../testing/problem.ts';
import { fakeSource, pattern } from '../../testing/sources.ts';

const { signal } = new AbortController();
const at = (now: number, spread = 0) => ({ now, spread });

/** Returns a closed circuit after these outcomes, one a second. */
function having(outcomes: string): Circuit {
  const of: Record<string, Outcome> = { f: 'failed', s: 'silent', a: 'answered', u: 'unknown' };
  return [...outcomes].reduce(
    (circuit, letter, i) => settle(circuit, 'pass', of[letter] ?? 'unknown', at(i * 1_000)),
    CLOSED,
  );
}

describe('the circuit', () => {
  const TABLE: [outcomes: string, open: boolean][] = [
    ['', false],
    ['ffff', false],
    ['fffff', true],
    ['uuuuffffuuuu', false],
    ['afafafafaf', true],
    ['aaaaaaffff', false],
    ['aaaaaafffff', true],
    ['aaaaaaaaaaaaaaaaaaaafffff', true],
    ['ffffaaaaaaaaaaf', false],
    ['s', false],
    ['ss', true],
    ['sff', true],
    ['aaaaaaaas', false],
    ['aaaaaaaass', true],
  ];
  for (const [outcomes, open] of TABLE) {
    it(`${outcomes || 'nothing'} ${open ? 'opens' : 'leaves closed'}`, () => {
      expect(having(outcomes).open !== null).to.equal(open);
    });
  }

  it('forgets outcomes of a minute ago', () => {
    const four = having('ffff');
    expect(settle(four, 'pass', 'failed', at(64_000)).open).to.equal(null);
    expect(settle(four, 'pass', 'failed', at(59_999)).open).to.not.equal(null);
  });

  it('lets nothing pass for two seconds, then one trial, and all once it is answered', () => {
    const opened = having('fffff');
    expect(admit(opened, 4_500).admission).to.deep.equal({ waitMilliseconds: 1_500 });
    const { circuit: tried, admission } = admit(opened, 6_000);
    expect(admission).to.equal('try');
    expect(admit(tried, 6_001).admission).to.deep.equal({ waitMilliseconds: 2_000 });
    expect(settle(tried, 'try', 'answered', at(6_100))).to.deep.equal(CLOSED);
    expect(admit(settle(tried, 'try', 'unknown', at(6_100)), 6_101).admission).to.equal('try');
  });

  it('waits twice as long after each try that fails, half a minute at most, and up to a half more', () => {
    let circuit = having('fffff');
    const pauses: number[] = [];
    for (let now = 10_000; pauses.length < 6; now += 100_000) {
      circuit = settle(admit(circuit, now).circuit, 'try', 'failed', at(now));
      pauses.push((circuit.open?.until ?? 0) - now);
    }
    expect(pauses).to.deep.equal([4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    const spread = settle(having('ffff'), 'pass', 'failed', at(4_000, 1));
    expect(spread.open?.until).to.equal(7_000);
  });

  it('hears nothing of those who began before it opened', () => {
    const opened = having('fffff');
    for (const outcome of ['answered', 'failed', 'unknown'] as const) {
      expect(settle(opened, 'pass', outcome, at(4_001))).to.equal(opened);
    }
  });
});

describe('withCircuit', () => {
  let now: number;
  let asked: number;
  let fails: Error | null;
  let source: Source;
  const fake = fakeSource(pattern(1_000));
  const whole = { start: 0, end: 1_000 };
  beforeEach(() => {
    [now, asked, fails] = [1e12, 0, null];
    const asking = <T>(work: () => Promise<T>) => {
      asked++;
      return fails === null ? work() : Promise.reject(fails);
    };
    const store: Source = {
      ...fake,
      stat: (key, until) => asking(() => fake.stat(key, until)),
      read: (object, range, until) => asking(() => fake.read(object, range, until)),
      statAndRead: async (key, mostBytes, until) => {
        const object = await asking(() => fake.stat(key, until));
        return { object, body: await fake.read(object, { start: 0, end: mostBytes }, until) };
      },
    };
    source = withCircuit(store, { now: () => now, random: () => 0 });
  });
  const stat = () => source.stat('film.mp4', signal);

  async function fail(times: number, error = sourceUnavailable() as Error): Promise<void> {
    fails = error;
    for (let i = 0; i < times; i++) await stat().catch(() => {});
    fails = null;
  }

  it('answers at once while it is open, and says when to come back', async () => {
    await fail(5);
    asked = 0;
    now += 500;
    for (const work of [
      stat,
      () => source.read(fake.object, whole, signal),
      () => source.list('', 1, signal),
      () => source.statAndRead?.('film.mp4', 10, signal) ?? Promise.resolve(),
    ]) {
      const { type, status, headers, message } = await problemOf(work());
      expect([type, status, headers]).to.deep.equal(['source-unavailable', 503, { 'retry-after': '2' }]);
      expect(message).to.equal('The media store has failed repeatedly, and is asked again in 2 seconds.');
    }
    expect(asked).to.equal(0);
  });

  it('tries again after the pause with one request alone, and passes all once that is answered', async () => {
    await fail(5);
    now += 2_000;
    const [first, second] = await Promise.allSettled([stat(), stat()]);
    expect([first?.status, second?.status]).to.deep.equal(['fulfilled', 'rejected']);
    await Promise.all([stat(), stat(), stat()]);
  });

  it('takes other problems for answers, and an abort for nothing', async () => {
    for (const error of [notFound('a'), forbidden('a'), sourceChanged('a'), new Error('Aborted')]) {
      await fail(10, error);
      expect((await stat()).key).to.equal('film.mp4');
    }
  });

  it('stays closed for one object that S3 refuses with 400, as for an encryption of its own', async () => {
    const refusal = Object.assign(new Error('SSE-C'), { $metadata: { httpStatusCode: 400 } });
    await fail(10, problemOfS3(refusal, 'a'));
    expect((await stat()).key).to.equal('film.mp4');
    await fail(5, problemOfS3(Object.assign(refusal, { name: 'ExpiredToken' }), 'a'));
    expect((await problemOf(stat())).type).to.equal('source-unavailable');
  });

  it('counts bodies by their ends', async () => {
    for (let i = 0; i < 5; i++) {
      fake.script.push(() =>
        Readable.from(['ab', 'cd']).once('data', function (this: Readable) {
          this.destroy(sourceUnavailable());
        }),
      );
      const body = await source.read(fake.object, whole, signal);
      await buffer(body).catch(() => {});
    }
    expect((await problemOf(stat())).message).to.match(/failed repeatedly/);
    now += 2_000;
    expect(await buffer(await source.read(fake.object, whole, signal))).to.have.length(1_000);
    expect((await stat()).key).to.equal('film.mp4');
  });

  it('does not count bodies that their reader left', async () => {
    for (let i = 0; i < 10; i++) (await source.read(fake.object, whole, signal)).destroy();
    await new Promise(setImmediate);
    expect((await stat()).key).to.equal('film.mp4');
  });
});
