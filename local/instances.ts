import type { Instance } from './instance.ts';

type Acquired =
  | { readonly kind: 'instance'; readonly instance: Instance }
  /** The maximum number of instances is running, and all are busy. */
  | { readonly kind: 'none-free' }
  | { readonly kind: 'failed'; readonly reason: string };

export type Instances = {
  /** Returns an idle instance, or a new one, reserved for the caller. */
  acquire(): Promise<Acquired>;
  running(): readonly Instance[];
  /** Returns how many were started since the beginning. */
  startedCount(): number;
  close(): Promise<void>;
};

export type InstancesOptions = {
  readonly maxInstances: number;
  /** Ends an instance that was idle for this long; null never ends it. */
  readonly idleMilliseconds: number | null;
  start(onChange: (instance: Instance, reason: string) => void): Promise<Instance>;
};

type Waiter = { settle(acquired: Acquired): void; timer: NodeJS.Timeout | undefined; startedOne: boolean };

// Otherwise a client that sends one request after the other would meet a cold start between response and next
// event.
const RETURN_MILLISECONDS = 300;
// If no other may be started, a client is refused only if none returns for longer than a busy machine takes.
const LAST_RETURN_MILLISECONDS = 2_000;
const CLOSED = { kind: 'failed', reason: 'the Function URL is closed' } as const;

/** Creates the instances of one function: reused while they are idle, started if none is, up to a maximum. */
export function createInstances(options: InstancesOptions): Instances {
  const all = new Set<Instance>();
  const serving = new Set<Instance>();
  const starting = new Set<Promise<void>>();
  const waiters: Waiter[] = [];
  const idleTimers = new Map<Instance, NodeJS.Timeout>();
  let startedCount = 0;
  let closed = false;

  const inState = (state: string) => [...serving].filter((instance) => instance.state() === state);
  /**
   * Counts instances that will become idle: a request that waited for a start may have been given another one
   * meanwhile.
   */
  const coming = () => inState('returning').length + inState('starting').length + starting.size;
  const isFull = () => serving.size + starting.size >= options.maxInstances;

  function acquire(): Promise<Acquired> {
    // The one used last: the others can then be idle for long enough to be ended.
    const idle = inState('idle').at(-1);
    if (idle && !closed) return Promise.resolve({ kind: 'instance', instance: take(idle) });
    return new Promise((settle) => {
      const waiter: Waiter = { settle, timer: undefined, startedOne: false };
      waiters.push(waiter);
      if (coming() < waiters.length) startFor(waiter);
      else waiter.timer = setTimeout(() => startOrWait(waiter), RETURN_MILLISECONDS);
    });
  }

  function startOrWait(waiter: Waiter): void {
    if (!isFull() || coming() === 0) startFor(waiter);
    else waiter.timer = setTimeout(() => startFor(waiter), LAST_RETURN_MILLISECONDS);
  }

  function take(instance: Instance): Instance {
    clearTimeout(idleTimers.get(instance));
    idleTimers.delete(instance);
    serving.delete(instance);
    serving.add(instance);
    instance.lease();
    return instance;
  }

  function startFor(waiter: Waiter): void {
    waiter.timer = undefined;
    if (closed) {
      leave(waiter, CLOSED);
      return;
    }
    if (isFull()) {
      leave(waiter, { kind: 'none-free' });
      return;
    }
    waiter.startedOne = true;
    startedCount += 1;
    const start = options.start(changed).then(
      (instance) => {
        starting.delete(start);
        all.add(instance);
        void instance.gone.then(() => all.delete(instance));
        if (instance.state() !== 'ended') serving.add(instance);
      },
      (error: unknown) => {
        starting.delete(start);
        startFailed(String(error));
      },
    );
    starting.add(start);
  }

  function changed(instance: Instance, reason: string): void {
    if (instance.state() === 'ended') {
      const wasStarting = instance.initMilliseconds() === null;
      serving.delete(instance);
      clearTimeout(idleTimers.get(instance));
      idleTimers.delete(instance);
      if (wasStarting) startFailed(reason);
    }
    if (instance.state() !== 'idle') return;
    const waiter = waiters[0];
    if (waiter) leave(waiter, { kind: 'instance', instance: take(instance) });
    else if (options.idleMilliseconds !== null) endWhenIdle(instance, options.idleMilliseconds);
  }

  function endWhenIdle(instance: Instance, milliseconds: number): void {
    const timer = setTimeout(() => void instance.end(), milliseconds);
    idleTimers.set(instance, timer.unref());
  }

  /** One start failed, so one of the requests that wait for a start will get none. */
  function startFailed(reason: string): void {
    const waiter = waiters.find(({ startedOne }) => startedOne);
    if (waiter) leave(waiter, { kind: 'failed', reason });
  }

  function leave(waiter: Waiter, acquired: Acquired): void {
    clearTimeout(waiter.timer);
    waiters.splice(waiters.indexOf(waiter), 1);
    waiter.settle(acquired);
  }

  return {
    acquire,
    running: () => [...serving],
    startedCount: () => startedCount,
    async close() {
      closed = true;
      for (const waiter of [...waiters]) leave(waiter, CLOSED);
      await Promise.all(starting);
      await Promise.all([...all].map((instance) => instance.end()));
    },
  };
}
