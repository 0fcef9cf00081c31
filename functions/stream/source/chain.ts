import { Readable } from 'node:stream';
import { onAbort } from '../base/abort.ts';
import { asError } from '../base/as-error.ts';

/** That nothing was heard for too long, by the name that the SDK gives it as well. */
export class Silence extends Error {
  override readonly name = 'TimeoutError';
}

/** Whether a failure is that nothing was heard. */
export function isSilence(failure: unknown): boolean {
  return failure instanceof Error && failure.name === 'TimeoutError';
}

export type ChainOptions = {
  readonly signal: AbortSignal;
  /** Sees every chunk before the reader does; the stream errors with what it throws. */
  readonly onData?: (chunk: Uint8Array) => void;
  /** How long a body may be silent while the reader waits; after that it counts as broken. */
  readonly stallMilliseconds?: number;
};

/**
 * Joins bodies that are opened one after the other into one stream. `next` learns how the body before ended
 * (null if it ended by itself) and returns the following one, or null at the end of all; the stream errors
 * with what it throws. Nothing is opened ahead of the reader's demand.
 */
export function chain(
  first: Readable,
  next: (failure: Error | null, signal: AbortSignal) => Promise<Readable | null>,
  { signal, onData, stallMilliseconds = 0 }: ChainOptions,
): Readable {
  const opening = new AbortController();
  let body: Readable | null = null;
  let ended: { readonly failure: Error | null } | null = null;
  let wanted = false;
  let release = () => {};
  let clock: NodeJS.Timeout | null = null;

  const out = new Readable({
    highWaterMark: BUFFER_BYTES,
    read() {
      wanted = true;
      if (body !== null) flow(body);
      else if (ended !== null) advance(ended.failure);
    },
    destroy(error, done) {
      release();
      stopClock();
      opening.abort(error ?? new Error('The stream was closed.'));
      body?.destroy();
      body = null;
      done(error);
    },
  });
  attach(first);
  release = onAbort(signal, () => out.destroy(asError(signal.reason)));
  return out;

  function attach(following: Readable): void {
    body = following;
    // Paused first: a listener for data would otherwise set it flowing.
    following.pause();
    following.on('data', (chunk: Uint8Array) => {
      if (body === following) accept(following, chunk);
    });
    following.on('end', () => settle(following, null));
    following.on('error', (error) => settle(following, error));
    following.on('close', () =>
      settle(following, following.errored ?? new Error('The body was closed early.')),
    );
    if (following.destroyed) settle(following, following.errored ?? new Error('The body was closed early.'));
    else if (wanted) flow(following);
  }

  function accept(from: Readable, chunk: Uint8Array): void {
    try {
      onData?.(chunk);
    } catch (error) {
      out.destroy(asError(error));
      return;
    }
    wanted = out.push(chunk);
    if (wanted) {
      clock?.refresh();
      return;
    }
    // A slow reader does not stall the source: the clock runs only while bytes are wanted.
    stopClock();
    from.pause();
  }

  function flow(from: Readable): void {
    from.resume();
    if (stallMilliseconds === 0 || clock !== null) return;
    clock = setTimeout(() => {
      settle(from, new Silence(`No byte came for ${stallMilliseconds} ms.`));
      from.destroy();
    }, stallMilliseconds);
  }

  function settle(from: Readable, failure: Error | null): void {
    if (body !== from) return;
    body = null;
    stopClock();
    ended = { failure };
    if (wanted) advance(failure);
  }

  function advance(failure: Error | null): void {
    ended = null;
    next(failure, opening.signal).then(
      (following) => {
        if (following === null) out.push(null);
        else if (out.destroyed) discard(following);
        else attach(following);
      },
      (error: unknown) => out.destroy(asError(error)),
    );
  }

  function stopClock(): void {
    if (clock !== null) clearTimeout(clock);
    clock = null;
  }
}

/** Returns a `next` for a single body, whose failure passes through `retell`. */
export function alone(retell: (failure: Error) => unknown = (failure) => failure) {
  return async (failure: Error | null): Promise<null> => {
    if (failure !== null) throw retell(failure);
    return null;
  };
}

/** Destroys a body that nobody reads any longer. */
export function discard(body: Readable): void {
  body.on('error', () => {});
  body.destroy();
}

const BUFFER_BYTES = 256 * 1024;
