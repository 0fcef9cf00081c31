import type { Check } from '../check.ts';
import { headerOf } from '../exchange.ts';
import { hasEnded, hasStatus, judge, notChecked, summarise } from '../verdict.ts';

/**
 * A whole object is requested only up to this size: the function would go on with it after the connection is
 * cut.
 */
const MOST_WHOLE_BYTES = 32_000_000;

export const ifRange: Check = {
  name: 'If-Range, same version',
  expected: 'the entity tag of the object lets the range through: 206',
  why: 'so players continue a download that broke off',
  async run(session) {
    if (session.etag === null) return notChecked('there is no ETag, see "304"');
    const headers = { range: 'bytes=2-3', 'if-range': session.etag };
    const answer = await session.ask(session.mediaPath, { headers });
    return judge(summarise(answer), [
      hasStatus(answer, 206),
      hasEnded(answer),
      [answer.body.length === 2, 'there are not two bytes'],
    ]);
  },
};

export const ifRangeOther: Check = {
  name: 'If-Range, other version',
  expected: 'another entity tag gives the whole: 200 without Content-Range',
  why: 'two versions of a film must not be joined',
  async run(session) {
    const { sizeBytes } = session;
    if (sizeBytes === null) return notChecked('the size is unknown, see "range"');
    if (sizeBytes > MOST_WHOLE_BYTES) {
      return notChecked(`the whole would be ${sizeBytes} bytes: name a smaller media with --key`);
    }
    const headers = { range: 'bytes=0-1', 'if-range': '"another-version"' };
    const answer = await session.ask(session.mediaPath, { headers, cutAfterBytes: Math.min(3, sizeBytes) });
    return judge(`${answer.status}, cut after its first bytes`, [
      hasStatus(answer, 200),
      [headerOf(answer, 'content-range') === null, 'there is a Content-Range'],
      [answer.outcome !== 'timed out' && answer.body.length >= Math.min(3, sizeBytes), 'it is not the whole'],
    ]);
  },
};
