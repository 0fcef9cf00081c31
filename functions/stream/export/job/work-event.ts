import * as v from 'valibot';
import { DECIDED_PARAMETERS, type StreamParameters } from '../../route/parameters.ts';

/** What an asynchronous invocation of this function is told to do. */
export type Work = {
  readonly kind: 'export';
  readonly id: string;
  readonly key: string;
  readonly parameters: StreamParameters;
  readonly generation: number;
  /** Of the record that the task is about: another number there means that somebody else has it. */
  readonly attempt: number;
  /** Look at the media and divide the work; make a part of it; put the parts together. */
  readonly task: 'begin' | number | 'assemble';
};

/** Where no instance has come free for an event in so long, Lambda forgets it. */
export const EVENT_AGE_SECONDS = 300;

export type WorkEvent = { readonly sluice: Work };

/** Null for what this function has not sent itself. A client of the Function URL can make no event of this shape. */
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
    task: v.union([v.literal('begin'), v.literal('assemble'), count]),
  }),
}) satisfies v.GenericSchema<unknown, WorkEvent>;
