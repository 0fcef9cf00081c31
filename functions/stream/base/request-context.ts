import type { Trace } from './trace.ts';

/** Learns whether the answer was sent in full. Resolves with what the log shall say, null for nothing. */
export type DeferredWork = (isWhole: boolean) => Promise<LogFields | null>;

export type LogFields = Readonly<Record<string, unknown>>;

/** One request as the core sees it. */
export type RequestContext = {
  readonly requestId: string;
  /** Aborted at the deadline, on a failure, and when the answer is complete: whatever the request holds ends with it. */
  readonly signal: AbortSignal;
  readonly trace: Trace;
  /** Until the deadline. */
  secondsLeft(): number;
  /** Aborted at the deadline, on a failure, and when the invocation ends: for what goes on after the answer. */
  readonly invocationSignal: AbortSignal;
  /** The invocation ends, and its instance is frozen, only after this work; the client does not wait for it. */
  waitUntil(work: DeferredWork): void;
};

export type App = (request: Request, context: RequestContext) => Promise<Response>;
export type Level = 'info' | 'error';
export type Log = (level: Level, message: string, fields: LogFields) => void;
