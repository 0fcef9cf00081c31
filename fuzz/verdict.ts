import { CANARY } from './hostile.ts';
import type { Answer } from './wire.ts';

/** The rules for an answer. */
export type Rules = {
  readonly mostBodyBytes: number;
  /** Texts that must not be in it: folders of this machine. */
  readonly secrets: readonly string[];
  /** The request was not HTTP, so that the connection may end without an answer. */
  readonly mayBreak: boolean;
  /** The output may turn out to be broken while it is sent. */
  readonly mayBreakInBody: boolean;
};

/** Returns the faults of an answer, in words; none if it is correct. */
export function faultsOf(answer: Answer, rules: Rules): string[] {
  const { outcome, status, headers, body, bodyBytes } = answer;
  if (outcome === 'timed out') return ['no end of the answer came'];
  if (status === null) return rules.mayBreak ? [] : ['the connection ended without an answer'];
  const faults: string[] = [];
  if (outcome === 'broken' && !rules.mayBreak && !rules.mayBreakInBody)
    faults.push('the connection broke in the body');
  if (status >= 500 && status !== 503 && status !== 504) faults.push(`status ${status}`);
  if (bodyBytes > rules.mostBodyBytes) faults.push(`${bodyBytes} bytes of body`);
  const value = (name: string) => headers.find(([other]) => other === name)?.[1];
  if (headers.some(([name]) => name.includes('injected'))) faults.push('a header was injected');
  const isOurs = value('x-request-id') !== undefined;
  if (isOurs && value('x-content-type-options') !== 'nosniff') faults.push('no nosniff');
  if (isOurs && status >= 400) faults.push(...problemFaults(status, value('content-type'), answer));
  // A client's own words may come back in a problem, and nowhere else.
  const text = body.toString('latin1');
  if (status < 400 && text.includes(`the secret is ${CANARY}`))
    faults.push('a file was read that is not served');
  for (const secret of rules.secrets) if (text.includes(secret)) faults.push(`the body tells ${secret}`);
  return faults;
}

function problemFaults(
  status: number,
  contentType: string | undefined,
  { body, bodyBytes }: Answer,
): string[] {
  if (bodyBytes === 0) return [];
  if (contentType !== 'application/problem+json') return [`status ${status} is ${contentType}`];
  try {
    const { type, detail, status: said } = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    const isWhole =
      /^urn:sluice:problem:[a-z-]+$/.test(String(type)) && typeof detail === 'string' && said === status;
    return isWhole ? [] : ['the problem is not whole'];
  } catch {
    return ['the problem is not JSON'];
  }
}
