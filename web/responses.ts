import type { Answered } from '../functions/stream/base/prices.ts';
import { elements } from './elements.ts';
import { describeTimings } from './headers.ts';
import { addRequest, isOfBrowser } from './request-table.ts';

/** The sums of the responses that have ended. */
export type Received = {
  readonly bytes: number;
  readonly responses: number;
  /** Those of the function, without what the browser had. */
  readonly answers: readonly Answered[];
};

/**
 * Adds up the bodies of a playback's responses that have ended, and shows each with the server's timing. The
 * returned sums grow until `signal` aborts.
 */
export function watchResponses(
  isOfPlayback: (entry: PerformanceResourceTiming) => boolean,
  signal: AbortSignal,
): Received {
  const since = performance.now();
  const answers: Answered[] = [];
  const received = { bytes: 0, responses: 0, answers };
  const observer = new PerformanceObserver((entries) => {
    for (const entry of entries.getEntries()) {
      if (!(entry instanceof PerformanceResourceTiming)) continue;
      if (entry.startTime < since || !isOfPlayback(entry)) continue;
      addRequest(entry, since);
      received.bytes += entry.encodedBodySize;
      received.responses += 1;
      if (!isOfBrowser(entry)) answers.push({ seconds: billedSeconds(entry), bytes: entry.encodedBodySize });
      const timings = describeTimings(entry.serverTiming ?? []);
      if (!timings) continue;
      elements.timings.textContent = timings;
      elements.timingsLabel.textContent = 'Server timing, of the last response that ended';
    }
  });
  observer.observe({ type: 'resource' });
  signal.addEventListener('abort', () => observer.disconnect());
  return received;
}

/** A request that waits for a free connection of the browser has not reached the function. */
function billedSeconds({ requestStart, startTime, responseEnd }: PerformanceResourceTiming): number {
  return (responseEnd - (requestStart || startTime)) / 1000;
}
