import { PassThrough, pipeline, type Readable, Transform } from 'node:stream';
import type { CachedForm } from '../http/representation.ts';
import type { StoredObject } from '../source/source.ts';
import type { FrontedDraft } from './fronted-draft.ts';
import type { Draft } from './store.ts';

/** What receives the bytes, as they come or in another form. */
export type Sink =
  | { readonly kind: 'as-sent'; readonly draft: Draft }
  | { readonly kind: 'formed'; readonly draft: FrontedDraft; readonly form: CachedForm };

export type TeeOptions = {
  /** The limit of what is cached; a longer output is not. */
  readonly maxBytes: number;
  /** How far the store may fall behind the viewer before it is given up; at most this much memory is used. */
  readonly maxBehindBytes?: number;
  /** How long, in total, a viewer who is so far ahead is held up before the store is given up. */
  readonly maxHeldUpMilliseconds?: number;
};

export type Tee = {
  /** The bytes of the live stream, as fast as they come. */
  readonly body: Readable;
  /** Resolves when the draft is published or, with the reason, discarded. Never rejects. */
  readonly outcome: Promise<Outcome>;
};

export type Outcome =
  | { readonly kind: 'published'; readonly object: StoredObject }
  | { readonly kind: 'discarded'; readonly reason: unknown };

/** Sixteen megabytes: two parts of an upload, and seconds of the highest bitrate. */
const MAX_BEHIND_BYTES = 16 * 1024 * 1024;
/** Enough for a viewer as fast as the store, and less than what a player buffers. */
const MAX_HELD_UP_MILLISECONDS = 2_000;

/**
 * Writes a live stream into a draft while it is read. The draft is published only if the stream ended cleanly
 * within `maxBytes`, and is discarded otherwise. The viewer notices nothing, except for a short delay if it
 * reads faster than the store writes.
 */
export function tee(
  live: Readable,
  sink: Sink,
  {
    maxBytes,
    maxBehindBytes = MAX_BEHIND_BYTES,
    maxHeldUpMilliseconds = MAX_HELD_UP_MILLISECONDS,
  }: TeeOptions,
): Tee {
  const queue = new PassThrough({ highWaterMark: maxBehindBytes });
  let offeredBytes = 0;
  let writtenBytes = 0;
  let patienceMilliseconds = maxHeldUpMilliseconds;
  let goOn = () => {};
  const giveUp = (reason: unknown) => {
    queue.destroy(reason instanceof Error ? reason : new Error('The body was not read.'));
    goOn();
  };
  const offer = async (chunk: Uint8Array) => {
    offeredBytes += chunk.byteLength;
    if (offeredBytes > maxBytes) giveUp(new Error(`The output is longer than ${maxBytes} bytes.`));
    while (!queue.destroyed && offeredBytes - writtenBytes > maxBehindBytes) {
      if (patienceMilliseconds <= 0) giveUp(new Error('The store was too slow.'));
      else patienceMilliseconds -= await heldUp();
    }
    if (!queue.destroyed) queue.write(chunk);
  };
  /** Waits until more was written or the viewer's patience is used up; returns milliseconds. */
  const heldUp = async () => {
    const from = performance.now();
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      goOn = resolve;
      timer = setTimeout(resolve, patienceMilliseconds);
    });
    clearTimeout(timer);
    return performance.now() - from;
  };
  const body = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Uint8Array, _encoding, done) {
      offer(chunk).then(() => done(null, chunk), done);
    },
    flush(done) {
      queue.end();
      done();
    },
    destroy(error, done) {
      // Also called after a clean end, when the queue may still be on its way.
      if (!queue.writableEnded) giveUp(error);
      done(error);
    },
  });
  // Each ends with the other; the failure is the one of `body`.
  pipeline(live, body, () => {});
  return { body, outcome: write() };

  async function write(): Promise<Outcome> {
    try {
      return { kind: 'published', object: await fill() };
    } catch (reason) {
      queue.destroy();
      goOn();
      await sink.draft.discard();
      return { kind: 'discarded', reason };
    }
  }

  async function fill(): Promise<StoredObject> {
    if (sink.kind === 'as-sent') {
      for await (const chunk of taken()) await sink.draft.write(chunk);
      return sink.draft.publish();
    }
    const { body, head } = await sink.form(taken());
    for await (const chunk of body) await sink.draft.write(chunk);
    return sink.draft.publish(head());
  }

  /** Bytes that the next request repeats have been written. */
  async function* taken(): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of queue) {
      yield chunk;
      writtenBytes += chunk.byteLength;
      goOn();
    }
  }
}
