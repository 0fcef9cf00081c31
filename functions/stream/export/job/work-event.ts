import * as v from 'valibot';
import { DECIDED_PARAMETERS, type StreamParameters } from '../../route/stream-parameters.ts';

/** The task of an asynchronous invocation of this function. */
export type Work = {
  readonly kind: 'export';
  readonly id: string;
  readonly key: string;
  readonly parameters: StreamParameters;
  readonly generation: number;
  /**
   * The attempt of the record that the task is about; another number there means that another worker has it.
   */
  readonly attempt: number;
  /** How many invocations have sent for each other up to this one, which is 1 if a client's request has sent it. */
  readonly hops: number;
  /** Probe the media and divide the work; produce a part of it; assemble the parts. */
  readonly task: 'begin' | number | 'assemble';
};

/**
 * Lambda ends a chain of invocations that send for each other after about 16, as a loop. A client that follows begins
 * another chain.
 */
export const MOST_HOPS = 10;

/** Lambda drops an event that no instance has taken for so long. */
export const EVENT_AGE_SECONDS = 300;

export type WorkEvent = { readonly sluice: Work };

/**
 * Parses an event; null for one that this function has not sent itself. A client of the Function URL can make
 * no event of this shape.
 */
export function workOf(event: unknown): Work | null {
  const { success, output } = v.safeParse(EVENT, event);
  return success ? output.sluice : null;
}

/** Sends work to another invocation, which begins sooner or later. Rejects with `workers-unavailable`. */
export type Send = (work: Work) => Promise<void>;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const EVENT = v.strictObject({
  sluice: v.strictObject({
    kind: v.literal('export'),
    // It becomes a part of names in the store.
    id: v.pipe(v.string(), v.regex(/^[\w-]{22}$/)),
    key: v.pipe(v.string(), v.nonEmpty(), v.maxBytes(1024)),
    parameters: DECIDED_PARAMETERS,
    generation: count,
    attempt: count,
    hops: count,
    task: v.union([v.literal('begin'), v.literal('assemble'), count]),
  }),
}) satisfies v.GenericSchema<unknown, WorkEvent>;
