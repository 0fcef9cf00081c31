import { finished, type Readable } from 'node:stream';
import { Problem } from '../base/problem.ts';
import { isSilence } from './chain.ts';
import { admit, CLOSED, type Outcome, settle } from './circuit-state.ts';
import type { Source } from './source.ts';

type Clock = { readonly now?: () => number; readonly random?: () => number };

/**
 * Wraps a source so that it is not asked for a while after repeated failures (`source-unavailable`): callers
 * learn at once of the outage, and when to come back.
 */
export function withCircuit(source: Source, { now = Date.now, random = Math.random }: Clock = {}): Source {
  let circuit = CLOSED;

  /** Asks the store; a body that is read counts by how it ends. */
  async function ask<T>(
    signal: AbortSignal,
    work: () => Promise<T>,
    bodyOf?: (answer: T) => Readable,
  ): Promise<T> {
    const { circuit: next, admission } = admit(circuit, now());
    circuit = next;
    if (typeof admission === 'object') throw failedRepeatedly(admission.waitMilliseconds);
    const tell = (outcome: Outcome) => {
      circuit = settle(circuit, admission, outcome, { now: now(), spread: random() });
    };
    try {
      const answer = await work();
      // A trial counts as soon as it is answered, since its reader may be slow.
      if (bodyOf === undefined || admission === 'try') tell('answered');
      else finished(bodyOf(answer), (error) => tell(error ? outcomeOf(error, signal) : 'answered'));
      return answer;
    } catch (error) {
      tell(outcomeOf(error, signal));
      throw error;
    }
  }

  const { statAndRead } = source;
  return {
    ...source,
    stat: (key, signal) => ask(signal, () => source.stat(key, signal)),
    read: (object, range, signal) =>
      ask(
        signal,
        () => source.read(object, range, signal),
        (body) => body,
      ),
    list: (after, limit, signal) => ask(signal, () => source.list(after, limit, signal)),
    ...(statAndRead && {
      statAndRead: (key: string, mostBytes: number, signal: AbortSignal) =>
        ask(
          signal,
          () => statAndRead(key, mostBytes, signal),
          ({ body }) => body,
        ),
    }),
  };
}

/**
 * Judges an error: every problem but one is an answer of the store's; a reader who goes away proves nothing.
 */
function outcomeOf(error: unknown, { aborted }: AbortSignal): Outcome {
  if (aborted || !(error instanceof Problem)) return 'unknown';
  if (error.type !== 'source-unavailable') return 'answered';
  return isSilence(error.cause) ? 'silent' : 'failed';
}

function failedRepeatedly(waitMilliseconds: number): Problem {
  const seconds = Math.max(1, Math.ceil(waitMilliseconds / 1000));
  return new Problem(
    'source-unavailable',
    `The media store has failed repeatedly, and is asked again in ${seconds} seconds.`,
    { headers: { 'retry-after': String(seconds) } },
  );
}
