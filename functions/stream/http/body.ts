import { Readable } from 'node:stream';

/** Node's streams behind the web streams that carry them through `Response`. */
const readables = new WeakMap<ReadableStream, Readable>();

/** A body for `Response` that reads nothing before it is read itself. */
export function bodyOf(readable: Readable): ReadableStream<Uint8Array> {
  // A failure before the first read waits for its reader.
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
 * The Node stream of a body: the one that `bodyOf` was given, so that its bytes are not handed through two kinds of
 * streams (half of the throughput), or a new one around a body of another origin.
 */
export function readableOf(body: ReadableStream<Uint8Array>): Readable {
  return readables.get(body) ?? Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
}
