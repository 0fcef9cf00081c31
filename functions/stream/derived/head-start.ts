import { finished } from 'node:stream/promises';
import { describeError } from '../base/describe-error.ts';
import type { MemoryCheck } from '../base/memory.ts';
import type { Afterwork } from '../base/request-context.ts';
import { createTrace, type Trace } from '../base/trace.ts';
import type { Representation } from '../http/representation.ts';
import type { HeadStart } from '../plan/head-start.ts';
import type { Keeper } from './keeper.ts';
import type { KeepingDesk } from './keeping-desk.ts';

export type HeadStartDesk = Pick<KeepingDesk, 'lasting' | 'limits'> & {
  readonly keeper: Keeper;
  readonly refuseWhenFull: MemoryCheck | undefined;
  /** As for a viewer, so that it has the same name in the store; rejects where it cannot be made in time. */
  open(ask: HeadStart['asks'][number], trace: Trace): Promise<Representation>;
};

/** `stopped`: why the ones behind it are not begun. */
type Outcome = { readonly kind: 'kept' | 'made' } | { readonly kind: 'stopped'; readonly why: string };

/**
 * Makes segments ahead of the viewer, one after the other, once the answer was sent in full. One that is kept is passed
 * over, so that a viewer who reads what is kept has as many ahead as one who does not; the first that another makes ends
 * it, since that one goes on as well.
 */
export function headStart({ asks, withinSeconds }: HeadStart, desk: HeadStartDesk): Afterwork {
  return async (isWhole) => {
    if (!isWhole) return null;
    const until = performance.now() + withinSeconds * 1000;
    const trace = createTrace();
    const made: number[] = [];
    for (const ask of asks) {
      if (performance.now() >= until) return told(made, 'its time is over');
      const outcome = await makeOne(ask, trace, desk);
      if (outcome.kind === 'made') made.push(ask.index);
      if (outcome.kind === 'stopped') return told(made, outcome.why);
    }
    return told(made, null);

    function told(ahead: readonly number[], stopped: string | null) {
      if (ahead.length === 0 && stopped === null) return null;
      return { ahead, timing: trace.serverTiming(), ...(stopped === null ? {} : { stopped }) };
    }
  };
}

/** Never rejects: nobody waits for it, and whoever asks for the segment learns what is wrong. */
async function makeOne(
  ask: HeadStart['asks'][number],
  trace: Trace,
  { open, keeper, lasting, limits, refuseWhenFull }: HeadStartDesk,
): Promise<Outcome> {
  const afterwork: Afterwork[] = [];
  const afterwards = (work: Afterwork) => void afterwork.push(work);
  const desk = { signal: lasting, lasting, trace, limits, afterwards };
  const finishKeeping = () => Promise.all(afterwork.splice(0).map((work) => work(true)));
  try {
    const live = await open(ask, trace);
    if (live.kind !== 'live') return { kind: 'stopped', why: 'it is no work' };
    if ((await keeper.find(live, desk)) !== null) return { kind: 'kept' };
    refuseWhenFull?.();
    const body = await keeper.begin(live, desk);
    if (body === null) return { kind: 'stopped', why: 'another makes it, or the store does not answer' };
    body.resume();
    await finished(body);
    const ends = await finishKeeping();
    return ends.some((fields) => fields?.kept !== undefined)
      ? { kind: 'made' }
      : { kind: 'stopped', why: 'it could not be kept' };
  } catch (error) {
    return { kind: 'stopped', why: describeError(error) };
  } finally {
    await finishKeeping();
  }
}
