import type { Check } from '../check.ts';
import type { Session } from '../session.ts';
import { hasEnded, hasStatus, judge, notChecked, seconds, summarise } from '../verdict.ts';

export const twoAtOnce: Check = {
  name: 'two at once',
  expected: 'a range is answered beside a transcode',
  why: 'an instance works on one request at a time: the second needs another instance, and the account may allow few',
  async run(session) {
    const transcodes = await session.transcodes();
    if (transcodes.kind === 'impossible') return notChecked(transcodes.reason);
    const [transcode, range] = await Promise.all([
      session.ask(transcodes.path, { cutAfterBytes: 20_000_000 }),
      askTwoBytes(session),
    ]);
    const seen =
      `range: ${summarise(range)} after ${seconds(range.milliseconds)}; ` +
      `transcode: ${summarise(transcode)} after ${seconds(transcode.milliseconds)}`;
    return judge(seen, [
      hasStatus(range, 206),
      hasEnded(range),
      hasStatus(transcode, 200),
      hasEnded(transcode),
    ]);
  },
};

export const disconnect: Check = {
  name: 'disconnect',
  expected: 'after a viewer has left in the middle of a transcode, the next one is answered',
  why: 'Lambda is said not to tell the function: it goes on to its end, is billed for it, and cannot be seen from outside',
  async run(session) {
    const transcodes = await session.transcodes();
    if (transcodes.kind === 'impossible') return notChecked(transcodes.reason);
    const left = await session.ask(transcodes.path, { cutAfterBytes: 1 });
    const range = await askTwoBytes(session);
    const transcode = await session.ask(transcodes.path, { cutAfterBytes: 1 });
    const seen =
      `left after ${summarise(left)}; range: ${summarise(range)} after ${seconds(range.milliseconds)}; ` +
      `the next transcode begins after ${seconds(transcode.milliseconds)}`;
    return judge(seen, [
      [left.outcome === 'cut', 'there was nothing to leave'],
      hasStatus(range, 206),
      hasEnded(range),
      [transcode.status === 200 && transcode.outcome === 'cut', 'the next transcode does not begin'],
    ]);
  },
};

function askTwoBytes(session: Session) {
  return session.ask(session.mediaPath, { headers: { range: 'bytes=0-1' } });
}
