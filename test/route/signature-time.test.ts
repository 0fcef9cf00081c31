import { expect } from 'chai';
import { Problem } from '../../functions/stream/base/problem.ts';
import { type Access, authorise, splitToken } from '../../functions/stream/route/authorise.ts';
import { parseRoute } from '../../functions/stream/route/routes.ts';
import { sign } from '../../functions/stream/route/sign.ts';
import { leakOf } from '../../testing/leak.ts';

const KEY = { id: 'main', secret: 's'.repeat(32) };
const ACCESS: Access = { kind: 'signed', keys: async () => [KEY] };
const RIGHT = sign(KEY, { kind: 'key', key: 'film.mp4' }, 4_000_000_000);
const MAC_AT = RIGHT.lastIndexOf('.') + 1;

const wrongAt = (at: number) => `${RIGHT.slice(0, at)}${RIGHT[at] === 'A' ? 'B' : 'A'}${RIGHT.slice(at + 1)}`;
const EARLY = wrongAt(MAC_AT);
const LATE = wrongAt(RIGHT.length - 1);

const EACH = 25;
/** More of them where a busy machine hides what is to be seen. */
const ROUNDS = [400, 1_600, 6_400];
/** By chance once in a hundred million runs. */
const TELLING_SIGMAS = 6;

describe('the time that a wrong signature takes', function () {
  this.timeout(600_000);
  let rounds = 0;

  async function refuse(token: string): Promise<void> {
    const address = splitToken(new URL(`https://sluice.example/~${token}/media/film.mp4`));
    const error = await authorise(parseRoute(address.url), address, ACCESS).catch(
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof Problem) || error.type !== 'bad-signature') throw new Error('It was let in.');
  }

  it('would show in a measurement if letters were compared one by one', async () => {
    /** What not to do, as slow as it is on a machine that does a letter in some nanoseconds more. */
    async function compareNaively(token: string): Promise<void> {
      await refuse(token);
      for (let i = 0; i < RIGHT.length; i++) {
        if (token[i] !== RIGHT[i]) return;
        for (let wait = 0; wait < LETTER_TURNS; wait++) sink += wait;
      }
    }
    const work = { early: () => compareNaively(EARLY), late: () => compareNaively(LATE) };
    let seen = 0;
    for (rounds of ROUNDS) {
      const { sigmas, medians } = await leakOf(work, { rounds, each: EACH });
      print(`one by one, ${rounds} rounds`, medians, sigmas);
      seen = sigmas;
      if (seen > TELLING_SIGMAS) break;
    }
    expect(seen).to.be.above(TELLING_SIGMAS);
    expect(sink).to.be.above(0);
  });

  it('does not depend on where it is wrong in the same measurement', async () => {
    const work = { early: () => refuse(EARLY), late: () => refuse(LATE) };
    // The first measurement is that of a compiler at work.
    await leakOf(work, { rounds: 20, each: EACH });
    const { sigmas, medians } = await leakOf(work, { rounds, each: EACH });
    print('authorise', medians, sigmas);
    expect(Math.abs(sigmas)).to.be.below(TELLING_SIGMAS);
  });
});

/** What a letter costs in the control: some tens of nanoseconds, 1 µs over a signature. */
const LETTER_TURNS = 40;
let sink = 0;

function print(what: string, [early, late]: readonly [number, number], sigmas: number): void {
  const figures = `${early.toFixed(2)} µs wrong at its start, ${late.toFixed(2)} µs at its end`;
  console.log(`      ${what}: ${figures} (medians), ${sigmas.toFixed(1)} sigmas`);
}
