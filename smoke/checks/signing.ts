import type { Check } from '../check.ts';
import { hasEnded, hasStatus, judge, notChecked, summarise } from '../verdict.ts';

const NO_TOKEN = 'no token was given: put it into the URL (/~TOKEN) or behind --token';
const headers = { range: 'bytes=0-1' };

export const signed: Check = {
  name: 'signed and unsigned',
  expected: 'with the token 206, and 403 at the same address without it',
  why: 'a Function URL without AWS_IAM is open to everybody who knows it: only the signature closes it',
  async run(session) {
    const { token } = session.options.service;
    if (token === null) return notChecked(NO_TOKEN);
    const allowed = await session.askWith(token, session.mediaPath, { headers });
    const refused = await session.askWith(null, session.mediaPath, { headers });
    return judge(`with it ${summarise(allowed)}; without it ${summarise(refused)}`, [
      [allowed.status === 206, 'the token does not open the address'],
      [refused.status === 403, 'the address is not closed without it'],
      hasEnded(refused),
    ]);
  },
};

export const forged: Check = {
  name: 'forged token',
  expected: 'a token with one character changed is refused',
  why: 'a signature that is not checked protects nothing',
  async run(session) {
    const { token } = session.options.service;
    if (token === null) return notChecked(NO_TOKEN);
    const answer = await session.askWith(forge(token), session.mediaPath, { headers });
    return judge(summarise(answer), [hasStatus(answer, 400, 401, 403, 404), hasEnded(answer)]);
  },
};

/** Changes a character in the middle: the last one of a base64url text may carry bits that nobody reads. */
function forge(token: string): string {
  const at = Math.floor(token.length / 2);
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}
