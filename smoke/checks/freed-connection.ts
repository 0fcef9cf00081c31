import { Agent as PlainAgent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import type { AskOptions, Exchange } from '../exchange.ts';
import type { Session } from '../session.ts';
import { type Finding, hasEnded, judge, seconds, type Verdict } from '../verdict.ts';

/** An answer that should have no body, and the answer to the next request on the same connection. */
export type Answers = { readonly answer: Exchange; readonly next: Exchange };

const MOST_SECONDS = 5;

/**
 * Sends two requests: only the second on a connection shows whether it is held open, since to a client an
 * answer to HEAD is over with its head.
 */
export async function askTwice(session: Session, path: string, options: AskOptions): Promise<Answers> {
  const { service, timeoutSeconds } = session.options;
  const connection = { keepAlive: true, maxSockets: 1 };
  const agent = service.origin.startsWith('https:')
    ? new SecureAgent(connection)
    : new PlainAgent(connection);
  const timeoutMilliseconds = Math.min(MOST_SECONDS, timeoutSeconds) * 1000;
  const answer = await session.ask(path, { ...options, agent, timeoutMilliseconds });
  const headers = { range: 'bytes=0-1' };
  const next = await session.ask(session.mediaPath, { headers, agent, timeoutMilliseconds });
  agent.destroy();
  return { answer, next };
}

export function judgeEmpty({ answer, next }: Answers, findings: readonly Finding[]): Verdict {
  const seen =
    `${answer.status ?? 'no answer'} after ${seconds(answer.milliseconds)}, ` +
    `the next answer after ${seconds(next.milliseconds)}`;
  return judge(seen, [
    ...findings,
    hasEnded(answer),
    [answer.body.length === 0, `it has a body of ${answer.body.length} bytes`],
    [
      next.status === 206 && next.outcome === 'complete',
      `the next request on the connection met ${next.failure ?? next.status ?? 'nothing'}`,
    ],
  ]);
}
