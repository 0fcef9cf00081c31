import { setTimeout as delay } from 'node:timers/promises';
import type { Result } from '../job/record.ts';
import { eventsAfter, type Located, type Position, parsePosition, type Snapshot } from './events.ts';
import type { Wire } from './wire.ts';

export type Following = {
  /**
   * Returns the present state and sends a new worker if one is lost; null if nothing is known at the moment.
   * Never rejects.
   */
  look(): Promise<Snapshot | null>;
  describeResult(result: Result): Located;
  readonly wire: Wire;
  /** The position that the client has seen. */
  readonly last: Position | null;
  /** The time left to this invocation. */
  secondsLeft(): number;
  readonly signal: AbortSignal;
};

export type Clock = { now(): number; wait(milliseconds: number, signal: AbortSignal): Promise<void> };

const REAL: Clock = {
  now: () => performance.now(),
  wait: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => {}),
};

const LOOK_MILLISECONDS = 400;
/** While the work goes on, an event is sent every second, even if nothing has changed. */
const REPEAT_MILLISECONDS = 500;
/** Proxies cut a connection that is silent for long. */
const HEARTBEAT_MILLISECONDS = 5_000;
/** The answer ends before its invocation does, so that a client reconnects with the position it has seen. */
const LEAVE_SECONDS = 2;
/** Limits what a client that has left may cost; one that is still there reconnects. */
const ANSWER_MILLISECONDS = 60_000;
/** After that, this instance may be the one that the work waits for. */
const QUEUED_MILLISECONDS = 5_000;

/** Yields the events of an export until it ends or this answer has lasted long enough. */
export async function* follow(following: Following, clock = REAL): AsyncGenerator<string, void, void> {
  const { wire, signal } = following;
  const started = clock.now();
  const lasted = () => clock.now() - started;
  const mayGoOn = () =>
    following.secondsLeft() > LEAVE_SECONDS && lasted() < ANSWER_MILLISECONDS && !signal.aborted;
  let { last } = following;
  let told = started;
  let repeatable: string | null = null;
  yield wire.opening;
  while (mayGoOn()) {
    let next = clock.wait(LOOK_MILLISECONDS, signal);
    let snapshot: Snapshot | null | undefined;
    const looking = following.look().then((seen) => {
      snapshot = seen;
    });
    for (;;) {
      await Promise.race([looking, next]);
      if (snapshot !== undefined || !mayGoOn()) break;
      // A store may take its time; the client still hears from us meanwhile.
      yield* stillThere();
      next = clock.wait(LOOK_MILLISECONDS, signal);
    }
    if (snapshot === undefined) break;
    const events = snapshot === null ? [] : eventsAfter(last, snapshot, following.describeResult);
    const now = clock.now();
    for (const event of events) {
      const text = wire.write(event);
      yield text;
      repeatable = event.name === 'progress' ? text : null;
      last = parsePosition(event.id);
      told = now;
      if (event.name === 'done' || event.name === 'failed') return;
    }
    const isQueued = snapshot?.record.stage.kind === 'queued';
    if (isQueued && lasted() >= QUEUED_MILLISECONDS) return yield wire.later;
    yield* stillThere();
    await next;
  }
  // A client whose answer was short must not reconnect again and again.
  if (lasted() >= QUEUED_MILLISECONDS) yield wire.soon;

  function* stillThere(): Generator<string, void, void> {
    const silence = clock.now() - told;
    if (silence < (repeatable === null ? HEARTBEAT_MILLISECONDS : REPEAT_MILLISECONDS)) return;
    yield repeatable ?? wire.heartbeat;
    told += silence;
  }
}
