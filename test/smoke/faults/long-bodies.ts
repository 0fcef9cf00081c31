import { at, breakOff, type Change, changeHeader, forStatus } from '../alter.ts';
import { problem, type Reply } from '../fake-answers.ts';
import type { Fault, Faults } from '../fake-service.ts';

const SIX_MEGABYTES = 6 * 1024 * 1024;

export const transcodeFaults: Faults = [
  [
    'transcode starts before its end',
    'it is held back to its end',
    /answer 3 of 3: it came in one go/,
    at('/stream/', holdBack),
  ],
  [
    'transcode starts before its end',
    'it is held back after its first bytes',
    /after its first \d+ bytes the rest came in one go/,
    at('/stream/', holdRestBack),
  ],
  [
    'transcode starts before its end',
    'it is held back now and then',
    /: answer \d of 3: it came in one go$/,
    at('/stream/', (right, ask) => (ask.ordinal % 3 === 0 ? holdBack(right) : right)),
  ],
  [
    'transcode starts before its end',
    'it is the film unchanged',
    /Sluice-Plan is passthrough/,
    at(
      '/stream/',
      changeHeader('sluice-plan', () => 'passthrough'),
    ),
  ],
  [
    'transcode starts before its end',
    'it is refused',
    /the status is not 200/,
    at('/stream/', (_, ask) => problem(ask, 500, 'internal')),
  ],
  [
    'transcode is whole',
    'it ends short, cleanly, between fragments',
    /: it does not last 6 s/,
    at('/stream/', (right) => ({ ...right, chunks: right.chunks.slice(0, -1) })),
  ],
  [
    'transcode is whole',
    'it ends short, cleanly, in a fragment',
    /ends in the middle of a box/,
    at('/stream/', (right) => ({
      ...right,
      chunks: [...right.chunks.slice(0, -1), last(right).subarray(0, -9)],
    })),
  ],
  ['transcode is whole', 'it breaks off', /the connection broke/, at('/stream/', breakOff)],
];

export const largeBodyFaults: Faults = [
  [
    'body beyond 6 MB',
    'it ends there, cleanly',
    /there are not 8000000 bytes/,
    beyondSixMegabytes((right) => right),
  ],
  [
    'body beyond 6 MB',
    'it breaks off there',
    /the connection broke after 6291456 bytes/,
    beyondSixMegabytes(breakOff),
  ],
  [
    'body beyond 6 MB',
    'something else comes there',
    /its last bytes are not those/,
    beyondSixMegabytes((right) => ({
      ...right,
      chunks: [last(right), last(right).subarray(0, 8_000_000 - SIX_MEGABYTES)],
    })),
  ],
];

/** A longer answer ends there; then it is changed. */
function beyondSixMegabytes(change: Change): Fault {
  return forStatus(206, (right, ask) => {
    const body = last(right);
    if (body.length <= SIX_MEGABYTES) return right;
    return change({ ...right, chunks: [body.subarray(0, SIX_MEGABYTES)] }, ask);
  });
}

/** All of it at once, after as long as it would have taken. */
function holdBack(right: Reply): Reply {
  const pauseMilliseconds = right.pauseMilliseconds * right.chunks.length;
  return { ...right, pauseMilliseconds, chunks: [Buffer.concat(right.chunks)] };
}

function holdRestBack(right: Reply): Reply {
  const [first = Buffer.alloc(0), ...rest] = right.chunks;
  const pauses = rest.map(() => Buffer.alloc(0));
  return { ...right, chunks: [first, ...pauses, Buffer.concat(rest)] };
}

function last({ chunks }: Reply): Buffer {
  return chunks.at(-1) ?? Buffer.alloc(0);
}
