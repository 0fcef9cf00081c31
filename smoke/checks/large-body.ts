import type { Check } from '../check.ts';
import { headerOf } from '../exchange.ts';
import { hasEnded, hasStatus, judge, notChecked, seconds } from '../verdict.ts';

/** One second's worth at Lambda's 2 MB/s after the first 6 MB. */
const LENGTH = 8_000_000;
const UNCAPPED = 6 * 1024 * 1024;

export const largeBody: Check = {
  name: 'body beyond 6 MB',
  expected: 'a range of 8 MB is complete; its speed is reported, not judged',
  why: 'a function that does not stream ends at 6 MB, and beyond them Lambda is said to send at most 2 MB/s',
  async run(session) {
    const { sizeBytes } = session;
    if (sizeBytes === null) return notChecked('the size is unknown, see "range"');
    if (sizeBytes < LENGTH) {
      return notChecked(`the media has ${sizeBytes} bytes: name one of 8 MB or more with --key`);
    }
    const headers = { range: `bytes=0-${LENGTH - 1}` };
    const answer = await session.ask(session.mediaPath, { headers, cutAfterBytes: LENGTH + 1 });
    const tailStart = LENGTH - 1_000;
    const tail = await session.ask(session.mediaPath, {
      headers: { range: `bytes=${tailStart}-${LENGTH - 1}` },
    });
    let bytes = 0;
    const burst = answer.arrivals.find((arrival) => {
      bytes += arrival.bytes;
      return bytes >= UNCAPPED;
    });
    const rest = answer.milliseconds - (burst?.milliseconds ?? answer.milliseconds);
    const pace = rest > 0 ? `, beyond 6 MiB ${((LENGTH - UNCAPPED) / 1e3 / rest).toFixed(1)} MB/s` : '';
    return judge(`${answer.status}, ${answer.body.length} bytes in ${seconds(answer.milliseconds)}${pace}`, [
      hasStatus(answer, 206),
      hasEnded(answer),
      [
        headerOf(answer, 'content-range') === `bytes 0-${LENGTH - 1}/${sizeBytes}`,
        'Content-Range names another range or total',
      ],
      [answer.body.length === LENGTH, `there are not ${LENGTH} bytes`],
      [
        answer.body.subarray(tailStart).equals(tail.body),
        'its last bytes are not those of a range of their own',
      ],
    ]);
  },
};
