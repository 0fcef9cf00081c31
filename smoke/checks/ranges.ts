import type { Check } from '../check.ts';
import { type Exchange, headerOf, jsonOf } from '../exchange.ts';
import type { Session } from '../session.ts';
import { hasEnded, hasStatus, judge, notChecked, summarise } from '../verdict.ts';

const UNKNOWN_SIZE = 'the size is unknown, see "range"';

export const range: Check = {
  name: 'range',
  expected: 'bytes=0-1 is 206 with exactly two bytes and Content-Range with the total',
  why: 'Safari asks this first, and plays nothing without two bytes and a real total',
  async run(session) {
    const answer = await askRange(session, '0-1');
    const contentRange = headerOf(answer, 'content-range');
    return judge(describe(answer), [
      hasStatus(answer, 206),
      hasEnded(answer),
      [answer.body.length === 2, 'there are not two bytes'],
      [/^bytes 0-1\/\d+$/.test(contentRange ?? ''), 'Content-Range does not give range and total'],
    ]);
  },
};

export const rangeTotal: Check = {
  name: 'total of a range',
  expected: 'the total is correct: its last byte exists',
  why: 'Content-Length does not reach the client through a Function URL: players take the size from here',
  async run(session) {
    const { sizeBytes } = session;
    if (sizeBytes === null) return notChecked(UNKNOWN_SIZE);
    const last = sizeBytes - 1;
    const answer = await askRange(session, `${last}-${sizeBytes + 9}`);
    return judge(describe(answer), [
      hasStatus(answer, 206),
      hasEnded(answer),
      [answer.body.length === 1, 'there is not one last byte'],
      [
        headerOf(answer, 'content-range') === `bytes ${last}-${last}/${sizeBytes}`,
        'Content-Range names another range or total',
      ],
    ]);
  },
};

export const suffixRange: Check = {
  name: 'suffix range',
  expected: 'bytes=-N is 206 with the same bytes as the open range to the end',
  why: 'players look for the index of an MP4 at its end',
  async run(session) {
    const { sizeBytes } = session;
    if (sizeBytes === null) return notChecked(UNKNOWN_SIZE);
    const length = Math.min(1_000, sizeBytes);
    const start = sizeBytes - length;
    const suffix = await askRange(session, `-${length}`);
    const open = await askRange(session, `${start}-`);
    return judge(describe(suffix), [
      hasStatus(suffix, 206),
      hasEnded(suffix),
      [suffix.body.length === length, `there are not ${length} bytes`],
      [
        headerOf(suffix, 'content-range') === `bytes ${start}-${sizeBytes - 1}/${sizeBytes}`,
        'Content-Range names another range or total',
      ],
      [suffix.body.equals(open.body), 'the open range has other bytes'],
    ]);
  },
};

export const middleRange: Check = {
  name: 'range in the middle',
  expected: 'the same bytes as the same place of a larger range',
  why: 'ranges are assembled from blocks of a cache: an error of one byte ruins a film',
  async run(session) {
    const { sizeBytes } = session;
    if (sizeBytes === null) return notChecked(UNKNOWN_SIZE);
    const start = Math.floor(sizeBytes / 3);
    const length = Math.min(100_000, Math.floor(sizeBytes / 3));
    if (length < 4) return notChecked(`the media has ${sizeBytes} bytes: name a larger one with --key`);
    const offset = Math.floor(length / 3);
    const outer = await askRange(session, `${start}-${start + length - 1}`);
    const inner = await askRange(session, `${start + offset}-${start + length - 1 - offset}`);
    return judge(`${describe(inner)} of ${describe(outer)}`, [
      hasStatus(outer, 206),
      hasStatus(inner, 206),
      hasEnded(outer),
      hasEnded(inner),
      [outer.body.length === length, `there are not ${length} bytes in the larger range`],
      [inner.body.equals(outer.body.subarray(offset, length - offset)), 'the bytes differ'],
    ]);
  },
};

export const unsatisfiableRange: Check = {
  name: '416',
  expected: 'a range behind the end is 416 with Content-Range: bytes */total',
  why: 'a player that knows a wrong size learns the right one from it',
  async run(session) {
    const { sizeBytes } = session;
    if (sizeBytes === null) return notChecked(UNKNOWN_SIZE);
    const answer = await askRange(session, `${sizeBytes}-`);
    const { type } = jsonOf(answer);
    return judge(describe(answer), [
      hasStatus(answer, 416),
      hasEnded(answer),
      [headerOf(answer, 'content-range') === `bytes */${sizeBytes}`, 'Content-Range does not give the total'],
      [type === 'urn:sluice:problem:range-not-satisfiable', 'it is not the problem of the service'],
    ]);
  },
};

function askRange(session: Session, range: string): Promise<Exchange> {
  return session.ask(session.mediaPath, { headers: { range: `bytes=${range}` } });
}

function describe(answer: Exchange): string {
  const contentRange = headerOf(answer, 'content-range');
  return contentRange === null ? summarise(answer) : `${summarise(answer)}, Content-Range ${contentRange}`;
}
