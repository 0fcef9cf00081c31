import type { Check } from '../check.ts';
import { type Exchange, headerOf, jsonOf } from '../exchange.ts';
import { mediaPathOf, type Session } from '../session.ts';
import { type Finding, hasEnded, hasStatus, judge, notChecked, summarise, type Verdict } from '../verdict.ts';

export const unknownKey: Check = {
  name: '404',
  expected: 'an unknown key is 404, a problem (RFC 9457) with the id of the request',
  why: 'the id finds the line in the log',
  run: (session) => judgeProblem(session, `${session.mediaPath}.no-such-object`, 404, 'not-found'),
};

export const misspeltParameter: Check = {
  name: 'misspelt parameter',
  expected: '400, a problem that names the right one',
  why: 'a misspelt parameter must not be ignored',
  run: (session) =>
    judgeProblem(session, `${session.mediaPath}?downlaod=1`, 400, 'bad-parameter', /"download"/),
};

export const foreignParameter: Check = {
  name: 'foreign parameter',
  expected: '206, as without it',
  why: 'players, CDNs and campaigns add parameters of their own',
  async run(session) {
    const path = `${session.mediaPath}?CMCD=bl%3D2100%2Csu&utm_source=smoke`;
    const answer = await session.ask(path, { headers: { range: 'bytes=0-1' } });
    return judge(summarise(answer), [
      hasStatus(answer, 206),
      hasEnded(answer),
      [headerOf(answer, 'etag') === session.etag, 'it is another object'],
    ]);
  },
};

export const repeatedParameter: Check = {
  name: 'repeated parameter',
  expected: '400, a problem that says that it is given twice',
  why: 'a Function URL joins repeated parameters by a comma in one place of the event and separates them in another',
  run: (session) =>
    judgeProblem(session, `${session.mediaPath}?download=1&download=1`, 400, 'bad-parameter', /twice/),
};

export const invalidEscape: Check = {
  name: 'invalid escape',
  expected: '%Ft in a path reaches the service, which answers 400',
  why: 'rawPath is said to contain even what cannot be decoded; a mistake in one address must not be a failure of the service',
  run: (session) => judgeProblem(session, '/media/%Ft', 400, 'bad-address'),
};

export const encodedPath: Check = {
  name: 'encoded path',
  expected: 'a character written as %XX names the same object',
  why: 'the event has the path twice, decoded and as it was sent: decoding both would lose keys with a % in them',
  async run(session) {
    const path = encodeOneLetter(session.key);
    if (path === null) return notChecked('the key has no plain letter or digit');
    const answer = await session.ask(path, { headers: { range: 'bytes=0-1' } });
    return judge(`${path.slice('/media/'.length)}: ${summarise(answer)}`, [
      hasStatus(answer, 206),
      hasEnded(answer),
      [headerOf(answer, 'etag') === session.etag, 'it is another object'],
    ]);
  },
};

/** Returns the address of a key with a letter of its last segment written as %XX; null if it has none. */
export function encodeOneLetter(key: string): string | null {
  const at = key.search(/[a-z0-9][^/]*$/i);
  if (at < 0) return null;
  const code = key.charCodeAt(at).toString(16).toUpperCase();
  return `${mediaPathOf(key.slice(0, at))}%${code}${encodeURIComponent(key.slice(at + 1))}`;
}

async function judgeProblem(
  session: Session,
  path: string,
  status: number,
  type: string,
  detail = /./,
): Promise<Verdict> {
  const answer = await session.ask(path, { headers: { range: 'bytes=0-1' } });
  // A token for one object or folder is refused before anything else is checked.
  if (answer.status === 403 && session.options.service.token !== null) {
    return notChecked('403: the token does not reach beyond its own media');
  }
  const problem = jsonOf(answer);
  return judge(`${summarise(answer)}, ${String(problem.type ?? 'no problem type')}`, [
    hasStatus(answer, status),
    hasEnded(answer),
    [headerOf(answer, 'content-type') === 'application/problem+json', 'it is not application/problem+json'],
    [problem.type === `urn:sluice:problem:${type}`, `the type is not urn:sluice:problem:${type}`],
    [detail.test(String(problem.detail)), `the sentence is ${JSON.stringify(problem.detail)}`],
    carriesItsId(answer),
  ]);
}

function carriesItsId(answer: Exchange): Finding {
  const { requestId } = jsonOf(answer);
  const header = headerOf(answer, 'x-request-id');
  return [
    header !== null && header !== '' && requestId === header,
    'X-Request-Id and requestId do not agree',
  ];
}
