import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { expect } from 'chai';
import type { Problem } from '../../functions/stream/base/problem.ts';
import { type Access, authorise, type Grant, splitToken } from '../../functions/stream/route/authorise.ts';
import { parseRoute } from '../../functions/stream/route/routes.ts';
import { problemOf } from '../../testing/problem.ts';
import { film, forAddress, forKey, NEW, NOW, OLD, OPEN, token, WRONG } from '../../testing/token-vectors.ts';

const SIGNED: Access = { kind: 'signed', keys: async () => [NEW, OLD] };

async function enter(path: string, access = SIGNED, now = NOW * 1000): Promise<Grant> {
  const address = splitToken(new URL(`https://sluice.example${path}`));
  return authorise(parseRoute(address.url), address, access, now);
}

async function refusal(path: string, now?: number): Promise<Problem> {
  return problemOf(enter(path, SIGNED, now));
}

describe('authorise', () => {
  for (const [path, why] of OPEN) {
    it(`opens ${why}`, async () => expect((await enter(path)).kind).to.equal('signed'));
  }

  it('asks nothing for what says nothing about media, and nothing at all where the service is public', async () => {
    const open = { kind: 'open' };
    for (const path of ['/health', '/openapi.json', '/llms.txt', '/assets/hls-AB12.js'])
      expect(await enter(path)).to.deep.equal(open);
    for (const path of ['/', '/media/a', `/~${film}/media/a`, '/~/media/a', '/~x/health']) {
      expect(await enter(path, { kind: 'public' })).to.deep.equal(open);
    }
  });

  it('tells how long it holds, and what opens other addresses of the key', async () => {
    const path = `/~${film}/media/films/a%20b.mp4`;
    expect(await enter(path)).to.deep.equal({
      kind: 'signed',
      keyId: 'new',
      secondsLeft: 60,
      isShared: false,
      prefix: `/~${film}`,
    });
    expect(await enter(path, SIGNED, NOW * 1000 + 59_999)).to.deep.include({ secondsLeft: 1 });
    const exact = `/~${token(forAddress('/media/a'))}/media/a`;
    expect(await enter(exact)).to.deep.include({ prefix: '' });
  });

  for (const path of ['/media/film.mp4', '/stream/film.mp4', '/info/film.mp4', '/']) {
    it(`refuses ${path} without a token`, async () => {
      const { type, status, message } = await refusal(path);
      expect([type, status, message]).to.deep.equal([
        'unsigned',
        403,
        'This address must be signed: /~{token}/… opens it.',
      ]);
    });
  }

  for (const [path, why] of WRONG) {
    it(`refuses ${why}`, async () => {
      const { type, status, message } = await refusal(path);
      expect([type, status]).to.deep.equal(['bad-signature', 403]);
      expect(message, 'the same for all').to.match(/^The signature is invalid: it is for another[^\d]*$/);
    });
  }

  it('refuses a token behind a token, whichever is right', async () => {
    const right = token(forKey('a'));
    for (const path of [`/~${right}/~${right}/media/a`, `/~x/~${right}/media/a`, `/~${right}/~x/media/a`]) {
      expect((await refusal(path)).type).to.equal('not-found');
    }
  });

  it('refuses everything where there is no key', async () => {
    const closed: Access = { kind: 'signed', keys: async () => [] };
    expect((await problemOf(enter('/media/a', closed))).type).to.equal('unsigned');
    expect((await problemOf(enter(`/~${token(forKey('a'))}/media/a`, closed))).type).to.equal(
      'bad-signature',
    );
  });

  // The service's clock alone counts, and there is no grace: who signs with a slow clock signs for less time.
  const TIMES: [milliseconds: number, outcome: string][] = [
    [-86_400_000, 'signed'],
    [-1, 'signed'],
    [0, 'expired'],
    [1, 'expired'],
    [1_000, 'expired'],
    [86_400_000, 'expired'],
  ];
  for (const [milliseconds, outcome] of TIMES) {
    it(`${milliseconds} ms after its end it is ${outcome}`, async () => {
      const entering = enter(`/~${token(forKey('a'), NOW)}/media/a`, SIGNED, NOW * 1000 + milliseconds);
      if (outcome === 'signed') return expect((await entering).kind).to.equal('signed');
      const { type, status } = await problemOf(entering);
      expect([type, status]).to.deep.equal(['expired', 403]);
    });
  }

  it('asks for no keys before there is a token that one could have signed', async () => {
    let asked = 0;
    const counting: Access = { kind: 'signed', keys: async () => [asked++ ? OLD : NEW] };
    await problemOf(enter('/media/a', counting));
    await problemOf(enter('/~x/media/a', counting));
    expect(asked).to.equal(0);
    await enter(`/~${token(forKey('a'))}/media/a`, counting);
    expect(asked).to.equal(1);
  });

  it('refuses a token with any one character changed, left out or added', async () => {
    const right = token(forKey('a'));
    const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~=+%'];
    const wrong = new Set<string>();
    for (let at = 0; at <= right.length; at++) {
      const [before, after] = [right.slice(0, at), right.slice(at)];
      wrong.add(`${before}${after.slice(1)}`);
      for (const letter of alphabet) {
        wrong.add(`${before}${letter}${after.slice(1)}`);
        wrong.add(`${before}${letter}${after}`);
      }
    }
    wrong.delete(right);
    expect(wrong.size).to.be.above(8_000);
    for (const each of wrong) {
      const { type } = await refusal(`/~${each}/media/a`);
      // Not named: one that opens something is not for a log.
      if (type !== 'bad-signature') throw new Error(`A token that was changed is ${type}.`);
    }
  });
});

describe('the comparison of signatures', () => {
  const { timingSafeEqual } = crypto;
  const compared: [Uint8Array, Uint8Array][] = [];
  before(() => {
    crypto.timingSafeEqual = (a, b) => {
      compared.push([Buffer.from(a as Uint8Array), Buffer.from(b as Uint8Array)]);
      return timingSafeEqual(a, b);
    };
    syncBuiltinESMExports();
  });
  beforeEach(() => {
    compared.length = 0;
  });
  after(() => {
    crypto.timingSafeEqual = timingSafeEqual;
    syncBuiltinESMExports();
  });

  const right = token(forKey('a'));
  const MAC_AT = right.lastIndexOf('.') + 1;
  const wrongAt = (at: number) =>
    `${right.slice(0, at)}${right[at] === 'A' ? 'B' : 'A'}${right.slice(at + 1)}`;

  it('is one of all bytes in constant time, wherever they differ', async () => {
    for (let at = MAC_AT; at < right.length; at++) {
      compared.length = 0;
      expect((await refusal(`/~${wrongAt(at)}/media/a`)).type).to.equal('bad-signature');
      expect(compared.map(([a, b]) => [a.length, b.length])).to.deep.equal([[right.length, right.length]]);
      const [[a, b] = []] = compared;
      const differing = [...(a ?? [])].flatMap((byte, i) => (byte === b?.[i] ? [] : [i]));
      expect(differing).to.deep.equal([at]);
    }
  });

  it('has the last word where they are the same', async () => {
    await enter(`/~${right}/media/a`);
    expect(compared).to.have.length(1);
    crypto.timingSafeEqual = () => false;
    syncBuiltinESMExports();
    expect((await refusal(`/~${right}/media/a`)).type).to.equal('bad-signature');
  });
});
