import { at, forStatus, mistake } from '../alter.ts';
import { idOf, json, problem, reply, TOKEN } from '../fake-answers.ts';
import type { Faults } from '../fake-service.ts';

export const addressFaults: Faults = [
  [
    '404',
    'it is a page',
    /is not application\/problem\+json/,
    forStatus(404, () => reply(404, [['content-type', 'text/html']])),
  ],
  [
    '404',
    'it tells the id of another request',
    /do not agree/,
    forStatus(404, (right, ask) => ({
      ...right,
      chunks: right.chunks.map((chunk) => Buffer.from(String(chunk).replace(idOf(ask), 'request-0'))),
    })),
  ],
  [
    '404',
    'it is the film',
    /the status is not 404/,
    mistake((ask) => ({ ...ask, target: ask.target.replace('.no-such-object', '') })),
  ],
  [
    'misspelt parameter',
    'it is ignored',
    /the status is not 400/,
    mistake((ask) => ({ ...ask, target: ask.target.replace(/\?.*/, '') })),
  ],
  [
    'foreign parameter',
    'it is refused',
    /the status is not 206/,
    at('utm_source', (_, ask) => problem(ask, 400, 'bad-parameter')),
  ],
  [
    'repeated parameter',
    'it is joined by a comma',
    /the sentence is "Must be 1 or 0."/,
    forStatus(400, (_, ask) => problem(ask, 400, 'bad-parameter', 'Must be 1 or 0.')),
  ],
  [
    'invalid escape',
    'it breaks the function',
    /the status is not 400/,
    at('%Ft', () => json({ message: 'Internal Server Error' }, 502)),
  ],
  [
    'invalid escape',
    'the platform refuses it',
    /is not application\/problem\+json/,
    at('%Ft', () => json({ message: 'Bad Request' }, 400)),
  ],
  [
    'encoded path',
    'it is not decoded',
    /the status is not 206/,
    at('/%66', (_, ask) => problem(ask, 404, 'not-found')),
  ],
  [
    'signed and unsigned',
    'the address is open without a token',
    /not closed without it/,
    mistake((ask) => ({ ...ask, target: ask.target.replace(/^(?!\/~)/, `/~${TOKEN}`) })),
  ],
  [
    'signed and unsigned',
    'the address is closed with it',
    /the token does not open/,
    (ask) => problem(ask, 403, 'forbidden'),
  ],
  [
    'forged token',
    'it is taken',
    /the status is not 400 or/,
    mistake((ask) => ({ ...ask, target: ask.target.replace(/^\/~[^/]+/, `/~${TOKEN}`) })),
  ],
];
