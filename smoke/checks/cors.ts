import type { Check } from '../check.ts';
import { type Exchange, headerValues } from '../exchange.ts';
import { type Finding, hasStatus, judge, notChecked } from '../verdict.ts';

const WHY =
  'a Function URL with a CORS block of its own answers preflights itself and doubles the headers of the rest';
const NO_ORIGIN = 'no origin was given: name one of ALLOWED_ORIGINS with --origin';
const STRANGER = 'https://stranger.invalid';

export const preflight: Check = {
  name: 'CORS preflight',
  expected: 'one Access-Control-Allow-Origin for the origin; GET and Range are allowed',
  why: WHY,
  async run(session) {
    const { origin } = session.options;
    if (origin === null) return notChecked(NO_ORIGIN);
    const headers = {
      origin,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'range',
    };
    const answer = await session.ask(session.mediaPath, { method: 'OPTIONS', headers });
    return judge(describe(answer), [
      hasStatus(answer, 200, 204),
      allowsOnce(answer, origin),
      names(answer, 'access-control-allow-methods', 'get'),
      names(answer, 'access-control-allow-headers', 'range'),
    ]);
  },
};

export const crossOrigin: Check = {
  name: 'CORS',
  expected: 'one Access-Control-Allow-Origin for the origin; Content-Range may be read',
  why: WHY,
  async run(session) {
    const { origin } = session.options;
    if (origin === null) return notChecked(NO_ORIGIN);
    const answer = await session.ask(session.mediaPath, { headers: { origin, range: 'bytes=0-1' } });
    return judge(describe(answer), [
      hasStatus(answer, 206),
      allowsOnce(answer, origin),
      names(answer, 'access-control-expose-headers', 'content-range'),
    ]);
  },
};

export const strangeOrigin: Check = {
  name: 'CORS, other origin',
  expected: 'no Access-Control-Allow-Origin for an origin that is not in the list, unless all are allowed',
  why: 'an origin that is merely repeated opens the service to every page',
  async run(session) {
    if (session.options.origin === null) return notChecked(NO_ORIGIN);
    const headers = { origin: STRANGER, range: 'bytes=0-1' };
    const answer = await session.ask(session.mediaPath, { headers });
    const allowed = headerValues(answer, 'access-control-allow-origin');
    return judge(describe(answer), [
      hasStatus(answer, 206),
      [allowed.every((value) => value === '*'), 'the stranger is allowed'],
    ]);
  },
};

function allowsOnce(answer: Exchange, origin: string): Finding {
  const values = headerValues(answer, 'access-control-allow-origin');
  const [value] = values;
  return [
    values.length === 1 && (value === origin || value === '*'),
    values.length > 1 ? `it stands there ${values.length} times` : 'the origin is not allowed',
  ];
}

/** A list that occurs once and has the word, or a * for all. */
function names(answer: Exchange, header: string, word: string): Finding {
  const [value = '', ...others] = headerValues(answer, header);
  const list = value
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return [
    others.length === 0 && (list.includes(word) || list.includes('*')),
    others.length > 0 ? `${header} stands there more than once` : `${header} does not name ${word}`,
  ];
}

function describe(answer: Exchange): string {
  const values = headerValues(answer, 'access-control-allow-origin');
  return `${answer.status ?? 'no answer'}, Access-Control-Allow-Origin ${values.join(' and ') || 'absent'}`;
}
