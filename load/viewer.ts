import type { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from './ask.ts';

export type Watched = {
  segments: number;
  /** Playlists and segments in place of which the player was told to come back, once for each time. */
  refusedPlaylists: number;
  refusedSegments: number;
  /** Playlists and segments that did not come whatever the player tried: its film stops. */
  missed: number;
};

export function refusalsOf({ refusedPlaylists, refusedSegments }: Watched): number {
  return refusedPlaylists + refusedSegments;
}

export type Viewer = {
  /** The address of the main playlist. */
  readonly url: string;
  readonly agent: Agent;
  /** One segment in so long, as a player does that has filled its buffer. */
  readonly everyMilliseconds: number;
  readonly signal: AbortSignal;
  /** Whether one viewer is all; otherwise they come one after the other until the signal. */
  readonly isOnce?: true;
};

/** As often as hls.js repeats the request of a segment, with so much longer pauses (its `fragLoadPolicy`). */
const MOST_REPEATS = 6;
const PAUSE_MILLISECONDS = 1_000;
const MOST_PAUSE_MILLISECONDS = 8_000;

/** Watches the first rendition of the main playlist to its end. Never rejects. */
export async function watch(viewer: Viewer): Promise<Watched> {
  const watched: Watched = { segments: 0, refusedPlaylists: 0, refusedSegments: 0, missed: 0 };
  do await watchOnce(viewer, watched);
  while (!viewer.isOnce && !viewer.signal.aborted);
  return watched;
}

/** Adds to what was watched. */
async function watchOnce(viewer: Viewer, watched: Watched): Promise<void> {
  const { url, everyMilliseconds, signal } = viewer;
  const load = async (address: string, kind: 'refusedPlaylists' | 'refusedSegments') => {
    const body = await loadPatiently(viewer, address, () => {
      watched[kind] += 1;
    });
    // What the end of the run cut off is no miss.
    if (body === null && !signal.aborted) watched.missed += 1;
    return body;
  };
  const main = await load(url, 'refusedPlaylists');
  const [rendition] = namesIn(main);
  if (rendition === undefined) return pause(everyMilliseconds, signal);
  const playlist = new URL(rendition, url).href;
  for (const name of namesIn(await load(playlist, 'refusedPlaylists'))) {
    if (signal.aborted) return;
    const started = performance.now();
    if ((await load(new URL(name, playlist).href, 'refusedSegments')) !== null) watched.segments += 1;
    await pause(everyMilliseconds - (performance.now() - started), signal);
  }
}

/** Returns the addresses in a playlist: of renditions, or of segments with the init segment first. */
function namesIn(playlist: Buffer | null): readonly string[] {
  const lines = String(playlist ?? '').split('\n');
  return lines.flatMap((line) => {
    const [, init] = /^#EXT-X-MAP:URI="([^"]+)"/.exec(line) ?? [];
    return init === undefined ? (/^[^#\s]/.test(line) ? [line] : []) : [init];
  });
}

async function loadPatiently(
  { agent, signal }: Viewer,
  url: string,
  onRepeat: () => void,
): Promise<Buffer | null> {
  for (let repeats = 0; repeats <= MOST_REPEATS && !signal.aborted; repeats++) {
    const heard = await ask(agent, url);
    if (heard.status === 200 && heard.isWhole) return heard.body;
    if (heard.status !== 429 && heard.status !== 503) return null;
    onRepeat();
    await pause(Math.min(PAUSE_MILLISECONDS * 2 ** repeats, MOST_PAUSE_MILLISECONDS), signal);
  }
  return null;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await delay(milliseconds, undefined, { signal }).catch(() => {});
}
