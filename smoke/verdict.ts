import type { Exchange } from './exchange.ts';

export type Verdict =
  | { readonly kind: 'passed'; readonly seen: string }
  | { readonly kind: 'failed'; readonly seen: string }
  /** Never counts as passed. */
  | { readonly kind: 'not checked'; readonly seen: string };

/** A condition that must hold, and the fault to report if it does not. */
export type Finding = readonly [holds: boolean, fault: string];

/** Passed if every finding holds; the faults follow what was seen. */
export function judge(seen: string, findings: readonly Finding[]): Verdict {
  const faults = findings.filter(([holds]) => !holds).map(([, fault]) => fault);
  if (faults.length === 0) return { kind: 'passed', seen };
  return { kind: 'failed', seen: `${seen}: ${faults.join('; ')}` };
}

export function notChecked(reason: string): Verdict {
  return { kind: 'not checked', seen: reason };
}

export function hasStatus({ status }: Exchange, ...wanted: readonly number[]): Finding {
  return [status !== null && wanted.includes(status), `the status is not ${wanted.join(' or ')}`];
}

/** The answer ended properly. */
export function hasEnded({ outcome, failure, milliseconds, body }: Exchange): Finding {
  const faults = {
    complete: '',
    broken: `the connection broke after ${body.length} bytes${failure === null ? '' : ` (${failure})`}`,
    'timed out': `it had not ended after ${seconds(milliseconds)}`,
    cut: `it went on beyond ${body.length} bytes`,
  };
  return [outcome === 'complete', faults[outcome]];
}

/** Summarises an answer: the status, and how many bytes came. */
export function summarise({ status, body }: Exchange): string {
  return status === null ? 'no answer' : `${status}, ${body.length} ${body.length === 1 ? 'byte' : 'bytes'}`;
}

export function seconds(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
