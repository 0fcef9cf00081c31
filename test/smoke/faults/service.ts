import { at, hangUp, hold, where } from '../alter.ts';
import { json, KEY, problem, reply } from '../fake-answers.ts';
import type { Faults } from '../fake-service.ts';

export const serviceFaults: Faults = [
  [
    'health',
    'it names no ffmpeg',
    /it names no ffmpeg/,
    at('/health', () => json({ status: 'ok', version: '1.0.0' })),
  ],
  ['health', 'it never ends', /had not ended after/, at('/health', hold), 'in vain'],
  [
    'health',
    'it is a page',
    /it is not JSON/,
    at('/health', () => reply(200, [['content-type', 'text/html']])),
  ],
  [
    'info',
    'it reports another size',
    /Content-Range says 9000000/,
    at('/info/', () => json({ key: KEY, sizeBytes: 1 })),
  ],
  [
    'info',
    'it reports another key',
    /it reports another key/,
    at('/info/', () => json({ key: 'other.mp4', sizeBytes: 9_000_000 })),
  ],
  [
    'first byte',
    'it does not always come',
    /the status is not 206/,
    where(
      ({ ordinal }) => ordinal % 3 === 0,
      () => json({}, 503),
    ),
  ],
  [
    'two at once',
    'the second is too many',
    /range: 429.*the status is not 206|the status is not 200/,
    where(
      ({ beside }) => beside > 0,
      () => json({ message: 'Rate exceeded' }, 429),
    ),
  ],
  [
    'disconnect',
    'it ends the service',
    /range: no answer/,
    where(({ viewersLeft }) => viewersLeft > 0, hangUp),
  ],
  [
    'disconnect',
    'it ends all transcodes',
    /the next transcode does not begin/,
    at('/stream/', (right, ask) => (ask.viewersLeft > 0 ? problem(ask, 503, 'busy') : right)),
  ],
];
