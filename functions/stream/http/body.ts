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
