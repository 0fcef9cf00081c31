import * as v from 'valibot';
import { type Work, workOf } from '../export/job/work-event.ts';
import type { FunctionUrlEvent } from './lambda.ts';

/** What an invocation has received. */
export type Received =
  | { readonly kind: 'request'; readonly event: FunctionUrlEvent }
  | { readonly kind: 'work'; readonly work: Work }
  /** Somebody who may invoke this function has sent something else. */
  | { readonly kind: 'unknown' };

/** Validates the shape of an event before anything else does. */
export function receive(event: unknown): Received {
  if (v.is(REQUEST, event)) return { kind: 'request', event };
  const work = workOf(event);
  return work === null ? { kind: 'unknown' } : { kind: 'work', work };
}

/** The event of a Function URL (payload format 2.0), which has more fields. */
const REQUEST = v.looseObject({
  requestContext: v.looseObject({ http: v.looseObject({ method: v.string() }) }),
  rawPath: v.string(),
  rawQueryString: v.string(),
  headers: v.record(v.string(), v.string()),
  body: v.optional(v.string()),
}) satisfies v.GenericSchema<unknown, FunctionUrlEvent>;
