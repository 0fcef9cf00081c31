import { setTimeout as delay } from 'node:timers/promises';
import { eventsAfter, type Position, parsePosition, type Snapshot } from './events.ts';
import type { Result } from './record.ts';
import type { Wire } from './wire.ts';

export type Following = {
  /** What is known now; sends a new worker where one is lost. Null where nothing is known at the moment. */
  look(): Promise<Snapshot | null>;
  describeResult(result: Result): object;
  readonly wire: Wire;
  /** What the client has seen. */
  readonly last: Position | null;
  /** Of this invocation. */
  secondsLeft(): number;
  readonly signal: AbortSignal;
};

const LOOK_MILLISECONDS = 400;
/** While the work goes on, something is told every second, be it the same as before. */
const REPEAT_LOOKS = 2;
/** A connection that is silent for long is cut by what lies between. */
const HEARTBEAT_LOOKS = 12;
/** The answer ends before its invocation, so that a client asks again behind what it has seen. */
const LEAVE_SECONDS = 2;

/** Tells an export as it goes on, until it has ended or the time of this invocation has. */
export async function* follow(following: Following): AsyncGenerator<string, void, void> {
  const { wire, signal } = following;
  let { last } = following;
  let silent = 0;
  let repeatable: string | null = null;
  yield wire.opening;
  while (following.secondsLeft() > LEAVE_SECONDS && !signal.aborted) {
    const snapshot = await following.look();
    const events = snapshot === null ? [] : eventsAfter(last, snapshot, following.describeResult);
    for (const event of events) {
      const text = wire.write(event);
      yield text;
      repeatable = event.name === 'progress' ? text : null;
      last = parsePosition(event.id);
      silent = 0;
      if (event.name === 'done' || event.name === 'failed') return;
    }
    silent++;
    if (repeatable !== null && silent % REPEAT_LOOKS === 0) yield repeatable;
    else if (silent % HEARTBEAT_LOOKS === 0) yield wire.heartbeat;
    await delay(LOOK_MILLISECONDS, undefined, { signal }).catch(() => {});
  }
}
