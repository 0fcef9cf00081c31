import type { StreamParameters } from '../route/parameters.ts';

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

/** Events of a Function URL have a request's context, and none of its clients can make one that has not. */
export function workOf(event: unknown): Work | null {
  if (typeof event !== 'object' || event === null || 'requestContext' in event || !('sluice' in event))
    return null;
  const { sluice } = event;
  const isWork =
    typeof sluice === 'object' && sluice !== null && 'kind' in sluice && sluice.kind === 'export';
  // Only who may invoke this function by AWS's own API has sent it: this function itself.
  return isWork ? (sluice as Work) : null;
}

/** Sends work to another invocation, which begins sooner or later. Rejects with `workers-unavailable`. */
export type Send = (work: Work) => Promise<void>;
