import { gzipSync } from 'node:zlib';
import {
  addHeader,
  breakOff,
  changeHeader,
  forMethod,
  forStatus,
  mistake,
  takeRange,
  where,
  without,
} from '../alter.ts';
import type { Ask } from '../fake-answers.ts';
import type { Faults } from '../fake-service.ts';

const LENGTH = 'x-amzn-remapped-content-length';

export const rangeFaults: Faults = [
  [
    'range',
    'it has no total',
    /does not give range and total/,
    forStatus(
      206,
      changeHeader('content-range', (value) => value.replace(/\d+$/, '*')),
    ),
  ],
  ['range', 'the whole is sent', /the status is not 206/, mistake((ask) => without('range', ask))],
  ['range', 'it has a byte too many', /not two bytes/, takeRange(/^0-1$/, '0-2')],
  ['range', 'it breaks off', /broke after 2 bytes/, forStatus(206, breakOff)],
  [
    'total of a range',
    'it lies beyond the end',
    /the status is not 206/,
    forStatus(
      206,
      changeHeader('content-range', (value) => value.replace(/0000$/, '0001')),
    ),
  ],
  ['suffix range', 'it is taken from the start', /another range/, takeRange(/^-/, '0-999')],
  ['suffix range', 'it is ignored', /not 1000 bytes/, takeRange(/^-/, '0-')],
  ['range in the middle', 'it is off by one byte', /the bytes differ/, mistake(shiftInnerRange)],
  [
    'range in the middle',
    'it ends short, cleanly',
    /not 100000 bytes/,
    forStatus(206, (right) => ({ ...right, chunks: right.chunks.map((chunk) => chunk.subarray(0, 500)) })),
  ],
  [
    '416',
    'it has no total',
    /does not give the total/,
    forStatus(
      416,
      changeHeader('content-range', () => ''),
    ),
  ],
  ['416', 'the start is sent', /the status is not 416/, takeRange(/^9000000-$/, '0-')],
  [
    'If-Range, same version',
    'it lets nothing through',
    /the status is not 206/,
    mistake((ask) => ('if-range' in ask.headers ? without('range', ask) : ask)),
  ],
  [
    'If-Range, other version',
    'it is ignored',
    /the status is not 200/,
    mistake((ask) => without('if-range', ask)),
  ],
  [
    'length headers',
    'HEAD names another',
    /HEAD should name 9000000/,
    forMethod(
      'HEAD',
      changeHeader(LENGTH, () => '2'),
    ),
  ],
  [
    'length headers',
    'a range names that of the whole',
    /the range should name 2/,
    forStatus(
      206,
      changeHeader(LENGTH, () => '9000000'),
    ),
  ],
  [
    'no Content-Encoding',
    'the bytes are compressed',
    /there should be none; the bytes differ/,
    where(
      ({ headers }) => 'accept-encoding' in headers,
      (right) => ({
        ...right,
        headers: [...right.headers, ['content-encoding', 'gzip']],
        chunks: right.chunks.map((chunk) => gzipSync(chunk)),
      }),
    ),
  ],
  [
    'repeated headers',
    'one stands there twice',
    /more than once: etag/,
    forStatus(
      206,
      addHeader('etag', () => '"version-1"'),
    ),
  ],
];

/** As a cache of blocks might err: only in ranges that are neither tiny nor large. */
function shiftInnerRange(ask: Ask): Ask {
  const [, from = '0', to = '0'] = /^bytes=(\d+)-(\d+)$/.exec(ask.headers.range ?? '') ?? [];
  const length = Number(to) - Number(from) + 1;
  if (length <= 2 || length >= 100_000) return ask;
  return { ...ask, headers: { ...ask.headers, range: `bytes=${Number(from) + 1}-${Number(to) + 1}` } };
}
