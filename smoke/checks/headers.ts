import type { Check } from '../check.ts';
import { type Exchange, headerOf, headerValues } from '../exchange.ts';
import { hasStatus, judge, notChecked } from '../verdict.ts';

const LENGTHS = ['content-length', 'x-amzn-remapped-content-length'] as const;

export const lengthHeaders: Check = {
  name: 'length headers',
  expected: 'whatever length is named, Content-Length or x-amzn-remapped-content-length, is right',
  why: 'the length that the function sets is said to arrive under the second name: players cut the media at a wrong one',
  async run(session) {
    const { sizeBytes } = session;
    if (sizeBytes === null) return notChecked('the size is unknown, see "range"');
    const head = await session.ask(session.mediaPath, { method: 'HEAD' });
    const part = await session.ask(session.mediaPath, { headers: { range: 'bytes=0-1' } });
    return judge(`HEAD: ${lengths(head)}; range: ${lengths(part)}`, [
      hasStatus(head, 200),
      hasStatus(part, 206),
      [isRight(head, sizeBytes), `HEAD should name ${sizeBytes}`],
      [isRight(part, 2), 'the range should name 2'],
    ]);
  },
};

export const contentEncoding: Check = {
  name: 'no Content-Encoding',
  expected: 'a client that takes gzip and brotli gets the plain bytes',
  why: 'Lambda is said to decode what is encoded and to drop the header; a compressed range is no range',
  async run(session) {
    const headers = { range: 'bytes=0-99', 'accept-encoding': 'gzip, br' };
    const answer = await session.ask(session.mediaPath, { headers });
    const plain = await session.ask(session.mediaPath, { headers: { range: headers.range } });
    const encoding = headerValues(answer, 'content-encoding').join(', ');
    return judge(`${answer.status}, Content-Encoding ${encoding || 'absent'}`, [
      hasStatus(answer, 206),
      [encoding === '', 'there should be none'],
      [answer.body.equals(plain.body), 'the bytes differ from those without it'],
    ]);
  },
};

export const repeatedHeaders: Check = {
  name: 'repeated headers',
  expected: 'no header that has one value stands there twice',
  why: 'the platform adds headers of its own to those of the function',
  async run(session) {
    const answer = await session.ask(session.mediaPath, { headers: { range: 'bytes=0-1' } });
    const names = answer.rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
    const twice = SINGLE.filter((name) => headerValues(answer, name).length > 1);
    return judge(`${names.length} headers`, [
      hasStatus(answer, 206),
      [twice.length === 0, `more than once: ${twice.join(', ')}`],
    ]);
  },
};

const SINGLE = [
  ...['accept-ranges', 'content-length', 'content-range', 'content-type', 'date', 'etag', 'last-modified'],
  ...['access-control-allow-origin', 'transfer-encoding', 'x-content-type-options', 'x-request-id'],
];

function lengths(answer: Exchange): string {
  const named = LENGTHS.filter((name) => headerValues(answer, name).length > 0);
  return named.map((name) => `${name} ${headerValues(answer, name).join(' and ')}`).join(', ') || 'none';
}

function isRight(answer: Exchange, bytes: number): boolean {
  return LENGTHS.every(
    (name) => headerValues(answer, name).length === 0 || headerOf(answer, name) === String(bytes),
  );
}
