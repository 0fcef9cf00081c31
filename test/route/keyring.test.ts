import { expect } from 'chai';
import { refreshedKeys } from '../../functions/stream/route/keyring.ts';
import type { SigningKey } from '../../functions/stream/route/sign.ts';
import { problemOf } from '../../testing/problem.ts';

const MINUTE = 60_000;
const named = (id: string): SigningKey[] => [{ id, secret: 'x'.repeat(32) }];

describe('refreshedKeys', () => {
  let now: number;
  let fetches: number;
  let answer: () => Promise<SigningKey[]>;
  let stale: unknown[];
  let keys: () => Promise<readonly SigningKey[]>;
  beforeEach(() => {
    [now, fetches, stale] = [1e12, 0, []];
    answer = async () => named('first');
    const fetchKeys = () => {
      fetches += 1;
      return answer();
    };
    keys = refreshedKeys(fetchKeys, { now: () => now, onStale: (cause) => stale.push(cause) });
  });
  const ids = async () => (await keys()).map(({ id }) => id).join();

  it('fetches when first asked, once for all who ask', async () => {
    expect(fetches).to.equal(0);
    expect(await Promise.all([ids(), ids(), ids()])).to.deep.equal(['first', 'first', 'first']);
    now += 5 * MINUTE - 1;
    expect(await ids()).to.equal('first');
    expect(fetches).to.equal(1);
  });

  it('takes new keys after five minutes', async () => {
    await keys();
    answer = async () => named('second');
    now += 5 * MINUTE;
    expect(await ids()).to.equal('second');
    expect(fetches).to.equal(2);
  });

  it('remembers a failure for two seconds', async () => {
    answer = () => Promise.reject(new Error('no network'));
    const problem = await problemOf(keys());
    expect([problem.type, problem.status]).to.deep.equal(['signing-unavailable', 503]);
    expect(problem.cause).to.have.property('message', 'no network');
    expect(problem.headers).to.deep.equal({ 'retry-after': '5' });
    expect(problem.message).not.to.include('network');
    answer = async () => named('late');
    now += 1_999;
    expect(await problemOf(keys())).to.equal(problem);
    expect(fetches).to.equal(1);
    now += 1;
    expect(await ids()).to.equal('late');
    expect(await ids()).to.equal('late');
    expect(fetches).to.equal(2);
  });

  it('keeps old keys for an hour while new ones cannot be had, and asks every half minute', async () => {
    await keys();
    answer = () => Promise.reject(new Error('no network'));
    now += 5 * MINUTE;
    expect(await ids()).to.equal('first');
    expect(await ids()).to.equal('first');
    expect([fetches, stale.map(String)]).to.deep.equal([2, ['Error: no network']]);
    now += MINUTE / 2;
    expect(await ids()).to.equal('first');
    expect(fetches).to.equal(3);
    now += 55 * MINUTE;
    expect((await problemOf(keys())).type).to.equal('signing-unavailable');
    answer = async () => named('second');
    now += 2_000;
    expect(await ids()).to.equal('second');
  });
});
