import { Transform } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

/** A streamed response leaves AWS at full speed for this many bytes, and is capped after that. */
export const UNCAPPED_BYTES = 6 * 1024 * 1024;
/** The cap beyond `UNCAPPED_BYTES`. */
export const AWS_BYTES_PER_SECOND = 2 * 1024 * 1024;

/**
 * Returns for each chunk, at the time `nowMilliseconds`, how long it must wait until the link is free for it.
 */
export function pacer(
  bytesPerSecond: number,
  uncappedBytes: number,
): (sizeBytes: number, nowMilliseconds: number) => number {
  let uncappedLeft = uncappedBytes;
  let freeAtMilliseconds = Number.NEGATIVE_INFINITY;
  return (sizeBytes, nowMilliseconds) => {
    const capped = Math.max(0, sizeBytes - uncappedLeft);
    uncappedLeft -= sizeBytes - capped;
    if (capped === 0) return 0;
    // Capacity that the link had while the function was slow is lost, as on a real link.
    freeAtMilliseconds = Math.max(freeAtMilliseconds, nowMilliseconds) + (capped / bytesPerSecond) * 1000;
    return freeAtMilliseconds - nowMilliseconds;
  };
}

/** Passes bytes on no faster than AWS would. */
export function capBandwidth(bytesPerSecond: number): Transform {
  const pace = pacer(bytesPerSecond, UNCAPPED_BYTES);
  const gone = new AbortController();
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      const delay = pace(chunk.byteLength, performance.now());
      if (delay <= 0) return callback(null, chunk);
      wait(delay, undefined, { signal: gone.signal }).then(
        () => callback(null, chunk),
        () => callback(),
      );
    },
    destroy(error, callback) {
      gone.abort();
      callback(error);
    },
  });
}
