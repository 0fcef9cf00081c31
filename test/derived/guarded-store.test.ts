import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { guardStore } from '../../functions/stream/derived/guarded-store.ts';
import { fakeStore } from '../../testing/stores.ts';

const { signal } = new AbortController();
const WAIT = { waitMilliseconds: 400, restMilliseconds: 60_000 };
const quickly = async () => 'quickly';
const slowly = () => delay(250, 'slowly');

describe('a store that viewers wait for', () => {
  function scene() {
    const failures: unknown[] = [];
    const { ask } = guardStore(fakeStore(), WAIT, (error) => failures.push(String(error)));
    const answers = async (...questions: (() => Promise<string>)[]) => {
      const given: (string | null)[] = [];
      for (const question of questions) given.push((await ask(question, signal))?.answer ?? null);
      return given;
    };
    return { answers, failures };
  }

  it('is left alone for a while if it is slow repeatedly', async () => {
    const { answers, failures } = scene();
    // The requests of one viewer: for the cached output, for the lease, and for a draft, for which S3 is not
    // asked.
    const viewer = [slowly, slowly, quickly];
    const given = await answers(...viewer, ...viewer);
    expect(given).to.deep.equal(['slowly', 'slowly', 'quickly', 'slowly', null, null]);
    expect(failures).to.deep.equal(['Error: The store is slow.']);
  });

  it('is still asked if it is slow occasionally', async () => {
    const { answers, failures } = scene();
    const given = await answers(slowly, quickly, quickly, slowly, quickly, quickly, slowly, quickly);
    expect(given).to.not.include(null);
    expect(failures).to.deep.equal([]);
  });
});
