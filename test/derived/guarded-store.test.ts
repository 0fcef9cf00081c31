import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { guardStore } from '../../functions/stream/derived/guarded-store.ts';
import { fakeStore } from '../support/stores.ts';

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

  it('is left alone for a while where it is slow again and again', async () => {
    const { answers, failures } = scene();
    // As a viewer asks: for what is kept, for the claim, and for a draft, for which S3 is not asked.
    const viewer = [slowly, slowly, quickly];
    const given = await answers(...viewer, ...viewer);
    expect(given).to.deep.equal(['slowly', 'slowly', 'quickly', 'slowly', null, null]);
    expect(failures).to.deep.equal(['Error: The store answers slowly.']);
  });

  it('is asked on where it is slow now and then', async () => {
    const { answers, failures } = scene();
    const given = await answers(slowly, quickly, quickly, slowly, quickly, quickly, slowly, quickly);
    expect(given).to.not.include(null);
    expect(failures).to.deep.equal([]);
  });
});
