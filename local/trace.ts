import { randomBytes } from 'node:crypto';

/** Returns the trace of a request, for X-Ray: version, time in seconds as hexadecimal, 96 random bits. */
export function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')}`;
}

/** Lambda ends a chain of invocations that send for each other after about so many. */
export const MOST_LINKS = 16;

/**
 * Returns the trace of an event that an invocation has sent, whose own trace the SDK has sent with it, and how many
 * invocations have sent for each other up to it. As in Lambda, the trace carries that number on.
 */
export function traceAfter(sent: string): { readonly traceId: string; readonly links: number } {
  const [, root = newTraceId(), before = '0'] = /^(Root=[^;]*)(?:.*;Lineage=local:(\d+))?/.exec(sent) ?? [];
  const links = Number(before) + 1;
  return { traceId: `${root};Lineage=local:${links}`, links };
}
