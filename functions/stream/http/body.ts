import { Readable } from 'node:stream';

/** Node's streams behind the web streams that carry them through `Response`. */
const readables = new WeakMap<ReadableStream, Readable>();

/** Returns a body for `Response` that reads nothing before it is read itself. */
export function bodyOf(readable: Readable): ReadableStream<Uint8Array> {
  // A failure before the first read is reported to the reader later.
  readable.on('error', () => {});
  const chunks = readable[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => void readable.destroy(),
    },
    { highWaterMark: 0 },
  );
  readables.set(body, readable);
  return body;
}

/**
 * Returns the Node stream of a body: the one given to `bodyOf`, so that its bytes do not pass through two
 * kinds of streams (half the throughput), or a new one around any other body.
 */
export function readableOf(body: ReadableStream<Uint8Array>): Readable {
  return readables.get(body) ?? Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
}

/**
 * Waits for the first value and returns all values: a failure before it can still be answered with a problem.
 * Returning the iterator, whether reading has begun or not, returns `values`, so that they release what they
 * hold; a generator around them that has not begun would end without telling them. Null if there is no value.
 */
export async function peekFirst<T>(
  values: AsyncGenerator<T, void, void>,
): Promise<AsyncIterableIterator<T, void> | null> {
  const first = await values.next();
  if (first.done) return null;
  let held: IteratorResult<T, void> | null = first;
  const rest: AsyncIterableIterator<T, void> = {
    async next() {
      const next = held ?? (await values.next());
      held = null;
      return next;
    },
    return() {
      held = null;
      return values.return();
    },
    [Symbol.asyncIterator]: () => rest,
  };
  return rest;
}
