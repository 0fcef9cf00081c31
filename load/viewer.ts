import type { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from './ask.ts';

export type Watched = {
  /** Segments that were played, and answers in between that told the player to come back. */
  readonly segments: number;
  readonly repeated: number;
  /** Segments that did not come whatever the player tried: its film stops. */
  readonly missed: number;
};

/** As often as hls.js repeats the request of a segment, with so much longer pauses (its `fragLoadPolicy`). */
const MOST_REPEATS = 6;
const PAUSE_MILLISECONDS = 1_000;
const MOST_PAUSE_MILLISECONDS = 8_000;

/** Plays segments over and over, one each `everyMilliseconds`, as a player does that has filled its buffer. */
export async function watch(
  urls: readonly string[],
  agent: Agent,
  everyMilliseconds: number,
  signal: AbortSignal,
): Promise<Watched> {
  const watched = { segments: 0, repeated: 0, missed: 0 };
  for (let i = 0; !signal.aborted; i = (i + 1) % urls.length) {
    const started = performance.now();
    const came = await loadSegment(urls[i] ?? '', agent, signal, () => {
      watched.repeated += 1;
    });
    if (came) watched.segments += 1;
    // What the end of the run cut off is no miss.
    else if (!signal.aborted) watched.missed += 1;
    await pause(everyMilliseconds - (performance.now() - started), signal);
  }
  return watched;
}

async function loadSegment(
  url: string,
  agent: Agent,
  signal: AbortSignal,
  onRepeat: () => void,
): Promise<boolean> {
  for (let repeats = 0; repeats <= MOST_REPEATS && !signal.aborted; repeats++) {
    const { status, isWhole } = await ask(agent, url);
    if (status === 200 && isWhole) return true;
    if (status !== 429 && status !== 503) return false;
    onRepeat();
    await pause(Math.min(PAUSE_MILLISECONDS * 2 ** repeats, MOST_PAUSE_MILLISECONDS), signal);
  }
  return false;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await delay(milliseconds, undefined, { signal }).catch(() => {});
}
