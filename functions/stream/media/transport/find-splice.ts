import type { AccessUnit, AccessUnitScan } from './access-units.ts';
import { TICKS_PER_SECOND, ticksFrom } from './pes.ts';
import type { Splice } from './splice.ts';

const WINDOW_BYTES = 128 * 1024;
const MOST_WINDOW_BYTES = 8 * 2 ** 20;
/** Between places as near as this, all bytes are read. */
const NEAR_BYTES = 2 ** 20;
const MOST_LOOKS = 40;
const FIRST_CHUNK_BYTES = 512 * 1024;
const LARGEST_CHUNK_BYTES = 8 * 2 ** 20;
/** Bytes at a recording's beginning that are searched for the headers of all its frames. */
const HEADERS_BYTES = 2 ** 20;

export type Wanted = {
  /** Zero on the file's own clock, in ticks. */
  readonly originTicks: number;
  /** Seconds after the origin. */
  readonly seconds: number;
  readonly frameSeconds: number;
};

/** Bytes to search, and where the recordings in them begin. */
export type Searched = { readonly sizeBytes: number; readonly beginnings: readonly number[] };

/**
 * Finds the last access unit at which decoding can begin so that the output is exact from `seconds` on, and
 * returns the splice that begins with it. Headers that the stream does not repeat are taken from before. Null
 * if there is none: decoding begins with the file.
 */
export async function findSplice(
  scan: AccessUnitScan,
  { sizeBytes, beginnings }: Searched,
  wanted: Wanted,
): Promise<Splice | null> {
  // Times written as seconds lose less than half a tick.
  const most = wanted.seconds * TICKS_PER_SECOND + 0.5;
  let end = await placeBehind(scan, sizeBytes, wanted.originTicks, most);
  // However long a group of frames is, ffmpeg would read it as well.
  for (let chunk = FIRST_CHUNK_BYTES; end > 0; chunk = Math.min(2 * chunk, LARGEST_CHUNK_BYTES)) {
    const start = Math.max(0, end - chunk);
    const accessUnits = await scan(start, end);
    const at = accessUnits.findLastIndex((accessUnit) => isInTime(accessUnit, wanted, most));
    const last = accessUnits[at];
    if (last?.headers != null) return last.splice(null);
    if (last !== undefined) {
      const near = accessUnits.slice(0, at).findLast(({ headers }) => headers !== null);
      const headers = near?.headers ?? (await firstHeaders(scan, beginnings, last.position));
      if (headers !== null) return last.splice(headers);
    }
    end = start;
  }
  return null;
}

/** Returns the first headers of the recording that has `position`. */
async function firstHeaders(
  scan: AccessUnitScan,
  beginnings: readonly number[],
  position: number,
): Promise<Uint8Array | null> {
  const start = beginnings.findLast((beginning) => beginning <= position) ?? 0;
  const accessUnits = await scan(start, Math.min(position, start + HEADERS_BYTES));
  return accessUnits.find(({ headers }) => headers !== null)?.headers ?? null;
}

function isInTime({ pts, point }: AccessUnit, { originTicks, frameSeconds }: Wanted, most: number): boolean {
  if (point === null) return false;
  return ticksFrom(originTicks, pts) + point.recoveryFrames * frameSeconds * TICKS_PER_SECOND <= most;
}

/** Finds a place after which all frames are decoded later than wanted, near the first of them. */
async function placeBehind(
  scan: AccessUnitScan,
  sizeBytes: number,
  originTicks: number,
  most: number,
): Promise<number> {
  let [low, high] = [0, sizeBytes];
  let [lowTicks, highTicks]: [number, number | null] = [0, null];
  for (let looks = 0; looks < MOST_LOOKS && high - low > NEAR_BYTES; looks++) {
    // At a steady rate the place is almost known; each second look halves the rest in any case.
    const share: number =
      highTicks === null || looks % 2 === 1 ? 0.5 : (most - lowTicks) / (highTicks - lowTicks);
    const middle: number = low + Math.floor((high - low) * Math.min(0.98, Math.max(0.02, share)));
    const accessUnit = await firstFrom(scan, middle, high);
    if (accessUnit === null) {
      high = middle;
      continue;
    }
    const ticks = ticksFrom(originTicks, accessUnit.dts);
    if (ticks > most) [high, highTicks] = [middle, ticks];
    else [low, lowTicks] = [Math.max(middle, accessUnit.position), ticks];
  }
  return high;
}

async function firstFrom(scan: AccessUnitScan, start: number, end: number): Promise<AccessUnit | null> {
  for (
    let bytes = WINDOW_BYTES, at = start;
    at < end && bytes <= MOST_WINDOW_BYTES;
    at += bytes, bytes *= 2
  ) {
    const [first] = await scan(at, Math.min(end, at + bytes));
    if (first !== undefined) return first;
  }
  return null;
}
