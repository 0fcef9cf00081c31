import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { expect } from 'chai';
import type { Problem } from '../../functions/stream/http/problem.ts';
import { type Access, authorise, type Grant } from '../../functions/stream/route/authorise.ts';
import { parseRoute } from '../../functions/stream/route/route.ts';
import { type Scope, sign } from '../../functions/stream/route/sign.ts';
import { splitToken } from '../../functions/stream/route/token.ts';
import { problemOf } from '../support/problem.ts';

const NOW = 1_767_225_600;
const OLD = { id: 'old', secret: 'o'.repeat(32) };
const NEW = { id: 'new', secret: 'n'.repeat(32) };
const STRANGER = { id: 'new', secret: 's'.repeat(32) };
const SIGNED: Access = { kind: 'signed', keys: async () => [NEW, OLD] };

const forKey = (key: string): Scope => ({ kind: 'key', key });
const forAddress = (address: string): Scope => ({ kind: 'address', address });
const token = (scope: Scope, expires = NOW + 60, key = NEW) => sign(key, scope, expires);

async function enter(path: string, access = SIGNED, now = NOW * 1000): Promise<Grant> {
  const address = splitToken(new URL(`https://sluice.example${path}`));
  return authorise(parseRoute(address.url), address, access, now);
}

async function refusal(path: string, now?: number): Promise<Problem> {
  return problemOf(enter(path, SIGNED, now));
}

describe('authorise', () => {
  const film = token(forKey('films/a b.mp4'));
  const OPEN: [path: string, why: string][] = [
    [`/~${film}/media/films/a%20b.mp4`, 'its key'],
    [`/~${film}/media/films/a%20b.mp4?download=1`, 'its key, whatever the parameters'],
    [`/~${film}/media/films%2Fa%20b.mp4`, 'its key, however it is encoded'],
    [`/~${film}/stream/films/a%20b.mp4?height=360`, 'its key in another room'],
    [`/~${film}/info/films/a%20b.mp4`, 'its key in a third'],
    [`/~${token(forKey('film.mp4'), NOW + 60, OLD)}/media/film.mp4`, 'the key that is about to go'],
    [`/~${token(forAddress('/media/a%20b?download=1'))}/media/a%20b?download=1`, 'its address'],
    [`/~${token(forAddress('/stream/a?height=99&width=99'))}/stream/a?height=99&width=99`, 'its query'],
    [`/~${token(forAddress('/'))}/`, 'the page, by its address'],
    [`/~${token(forAddress('/health'))}/health`, 'an open address, by its address'],
  ];
  for (const [path, why] of OPEN) {
    it(`opens ${why}`, async () => expect((await enter(path)).kind).to.equal('signed'));
  }

  it('asks nothing for /health, and nothing at all where the service is public', async () => {
    const open = { kind: 'open' };
    expect(await enter('/health')).to.deep.equal(open);
    for (const path of ['/', '/media/a', `/~${film}/media/a`, '/~/media/a', '/~x/health']) {
      expect(await enter(path, { kind: 'public' })).to.deep.equal(open);
    }
  });

  it('tells how long it holds, and what opens other addresses of the key', async () => {
    const path = `/~${film}/media/films/a%20b.mp4`;
    expect(await enter(path)).to.deep.equal({ kind: 'signed', secondsLeft: 60, prefix: `/~${film}` });
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

  const exact = token(forAddress('/stream/a?height=99&width=88'));
  const WRONG: [path: string, why: string][] = [
    [`/~${film}/media/films/b.mp4`, 'another key'],
    [`/~${film}/media/films/a%20b.mp4/x`, 'a key below it'],
    [`/~${film}/media/films/`, 'the folder above it'],
    [`/~${film}/media/films/A%20B.MP4`, 'a key in other letters'],
    [`/~${film}/media/films/a%2520b.mp4`, 'a key that is encoded twice'],
    [`/~${film}/media/films%252Fa%20b.mp4`, 'a slash that is encoded twice'],
    [`/~${film}/media//films/a%20b.mp4`, 'a key with another slash'],
    [`/~${film}/media/films/a+b.mp4`, 'a plus for a space'],
    [`/~${token(forKey('e\u0301'))}/media/%C3%A9`, 'other bytes of the same letter'],
    [`/~${film}/`, 'the page'],
    [`/~${film}/health`, 'an open address, with a token that is not for it'],
    [`/~${token(forKey(''))}/`, 'the page, as the key that it has not'],
    [`/~${token(forKey('/media/a'))}/media/a`, 'an address that was signed as a key'],
    [`/~${token(forAddress('a'))}/media/a`, 'a key that was signed as an address'],
    [`/~${token(forAddress('/media/a')).replace('.a.', '.k.')}/media/a`, 'the other scope'],
    [`/~${token(forKey('a')).replace('.k.', '.a.')}/media/a`, 'the other scope, the other way round'],
    [`/~${exact}/stream/a?width=88&height=99`, 'a query in another order'],
    [`/~${exact}/stream/a?height=99`, 'a query that lacks something'],
    [`/~${exact}/stream/a?height=99&width=88&audio=0`, 'a query with more'],
    [`/~${exact}/stream/a?height=99&width=88&`, 'a query with another end'],
    [`/~${exact}/stream/a?height=9%39&width=88`, 'a query in another spelling'],
    [`/~${exact}/stream/%61?height=99&width=88`, 'a path in another spelling'],
    [`/~${exact}/stream/a`, 'no query'],
    [`/~${token(forAddress('/media/a'))}/info/a`, 'another room'],
    [`/~${token(forAddress('/media/a'))}/media/a?download=1`, 'a query that was not signed'],
    [`/~${token(forAddress('/~x/media/a'))}/media/a`, 'an address that was signed with a token in it'],
    [`/~${token(forKey('a'), NOW + 60, STRANGER)}/media/a`, 'another secret under the same id'],
    [`/~${token(forKey('a')).replace('new.', 'old.')}/media/a`, 'the id of another key'],
    [`/~${token(forKey('a')).replace('new.', 'gone.')}/media/a`, 'an id that no key has'],
    [`/~${token(forKey('a')).replace(String(NOW + 60), String(NOW + 61))}/media/a`, 'a later end'],
    [`/~${token(forKey('a'), NOW - 60, STRANGER)}/media/a`, 'another secret, and late'],
    ['/~/media/a', 'an empty token'],
    [`/~~${token(forKey('a'))}/media/a`, 'a second tilde'],
    [`/~${token(forKey('a'))}%20/media/a`, 'something after it'],
    [`/~${'x'.repeat(8_000)}/media/a`, 'an overlong token'],
    ['/~%ff%00%E2%82%AC/media/a', 'bytes that are no text'],
  ];
  for (const [path, why] of WRONG) {
    it(`refuses ${why}`, async () => {
      const { type, status, message } = await refusal(path);
      expect([type, status]).to.deep.equal(['bad-signature', 403]);
      expect(message, 'the same for all').to.match(
        /^The signature does not hold: it was made for another[^\d]*$/,
      );
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

  it('asks for no keys before there is a token that one could have made', async () => {
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
