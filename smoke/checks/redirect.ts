import type { Check } from '../check.ts';
import { exchange, headerOf } from '../exchange.ts';
import { mediaPathOf, type Session } from '../session.ts';
import { hasStatus, notChecked } from '../verdict.ts';
import { askTwice, judgeEmpty } from './freed-connection.ts';

/** The most that one response of Lambda carries. */
const ONE_RESPONSE_BYTES = 200_000_000;

export const redirect: Check = {
  name: 'redirect',
  expected: 'what one response cannot carry is redirected (307) to the store, which gives a range of it',
  why: 'Lambda breaks a response off at 200 MB; a redirect has no body, which was reported to leave the connection open',
  async run(session) {
    const key = largeKey(session);
    if (key === null) return notChecked('no media above 200 MB was found: name one with --key');
    const answers = await askTwice(session, mediaPathOf(key), { cutAfterBytes: 1 });
    const { answer } = answers;
    if (answer.status === 413) return notChecked('413: a folder has no addresses to redirect to');
    const location = headerOf(answer, 'location') ?? '';
    if (!URL.canParse(location)) {
      return judgeEmpty(answers, [hasStatus(answer, 307), [false, 'there is no Location']]);
    }
    const { origin, pathname, search } = new URL(location);
    const there = await exchange(origin, `${pathname}${search}`, {
      headers: { range: 'bytes=0-1' },
      timeoutMilliseconds: session.options.timeoutSeconds * 1000,
    });
    return judgeEmpty(answers, [
      hasStatus(answer, 307),
      [
        there.status === 206 && there.body.length === 2,
        `the store answers ${there.failure ?? there.status ?? 'nothing'}`,
      ],
    ]);
  },
};

function largeKey({ key, sizeBytes, listed }: Session): string | null {
  if (sizeBytes !== null && sizeBytes > ONE_RESPONSE_BYTES) return key;
  return listed.find((media) => media.sizeBytes > ONE_RESPONSE_BYTES)?.key ?? null;
}
