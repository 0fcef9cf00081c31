import type { Trace } from './trace.ts';

/** Learns whether the response was sent in full. Resolves with fields for the log, or null for none. */
export type DeferredWork = (isWhole: boolean) => Promise<LogFields | null>;

export type LogFields = Readonly<Record<string, unknown>>;

/** One request, as the core sees it. */
export type RequestContext = {
  readonly requestId: string;
  /**
   * Aborts at the deadline, on a failure, and when the response is complete; whatever the request holds ends
   * with it.
   */
  readonly signal: AbortSignal;
  readonly trace: Trace;
  /** Seconds until the deadline. */
  secondsLeft(): number;
  /**
   * Aborts at the deadline, on a failure, and when the invocation ends: the signal of work that outlives the
   * response.
   */
  readonly invocationSignal: AbortSignal;
  /**
   * Keeps the invocation running, and its instance unfrozen, until this work has ended; the client does not
   * wait for it.
   */
  waitUntil(work: DeferredWork): void;
};

export type App = (request: Request, context: RequestContext) => Promise<Response>;
export type Level = 'info' | 'error';
export type Log = (level: Level, message: string, fields: LogFields) => void;
