import type { AccessUnit, AccessUnitScan } from './access-units.ts';
import { TICKS_PER_SECOND, ticksFrom } from './pes.ts';
import type { Splice } from './splice.ts';

const WINDOW_BYTES = 64 * 1024;
const MOST_WINDOW_BYTES = 8 * 2 ** 20;
/** Between places as near as this, all bytes are read. */
const NEAR_BYTES = 2 ** 20;
const MOST_LOOKS = 40;
/** Looks in a row that do not halve what is left; the next one does. */
const MOST_IDLE_LOOKS = 2;
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

/** A place, and when what begins there is decoded, in ticks after the origin. */
type Landmark = { readonly position: number; readonly ticks: number };

/** Bytes to search. */
export type Searched = {
  readonly sizeBytes: number;
  /** Where the recordings in them begin. */
  readonly beginnings: readonly number[];
  /** How long they last, about; null if nobody knows. */
  readonly lengthSeconds?: number | null;
  /** Places that were found by searches for other times; gets those of this one. */
  readonly landmarks?: Landmark[];
};

/**
 * Finds the last access unit at which decoding can begin so that the output is exact from `seconds` on, and
 * returns the splice that begins with it. Headers that the stream does not repeat are taken from before. Null
 * if there is none: decoding begins with the file.
 */
export async function findSplice(
  scan: AccessUnitScan,
  searched: Searched,
  wanted: Wanted,
): Promise<Splice | null> {
  // Times written as seconds lose less than half a tick.
  const most = wanted.seconds * TICKS_PER_SECOND + 0.5;
  let end = await placeBehind(scan, searched, wanted.originTicks, most);
  // However long a group of frames is, ffmpeg would read it as well.
  for (let chunk = FIRST_CHUNK_BYTES; end > 0; chunk = Math.min(2 * chunk, LARGEST_CHUNK_BYTES)) {
    const start = Math.max(0, end - chunk);
    const accessUnits = await scan(start, end);
    const at = accessUnits.findLastIndex((accessUnit) => isInTime(accessUnit, wanted, most));
    const last = accessUnits[at];
    if (last !== undefined && last.headers() !== null) return last.splice(null);
    if (last !== undefined) {
      const near = accessUnits.slice(0, at).findLast((accessUnit) => accessUnit.headers() !== null);
      const headers = near?.headers() ?? (await firstHeaders(scan, searched.beginnings, last.position));
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
  return accessUnits.find((accessUnit) => accessUnit.headers() !== null)?.headers() ?? null;
}

function isInTime(accessUnit: AccessUnit, { originTicks, frameSeconds }: Wanted, most: number): boolean {
  const ticks = ticksFrom(originTicks, accessUnit.pts);
  if (ticks > most) return false;
  const point = accessUnit.point();
  return point !== null && ticks + point.recoveryFrames * frameSeconds * TICKS_PER_SECOND <= most;
}

/**
 * Finds a place after which all frames are decoded later than wanted, near the first of them: by the rate between two
 * places around it, a little behind and a little before where that leads, until both are near each other.
 */
async function placeBehind(
  scan: AccessUnitScan,
  { sizeBytes, lengthSeconds = null, landmarks = [] }: Searched,
  originTicks: number,
  most: number,
): Promise<number> {
  const end = { position: sizeBytes, ticks: lengthSeconds && lengthSeconds * TICKS_PER_SECOND };
  let { low, high } = around(landmarks, end, most);
  // At a rate that changes, looks may all be on one side of the place.
  let idleLooks = 0;
  for (let looks = 0; looks < MOST_LOOKS && high.position - low.position > NEAR_BYTES; looks++) {
    const width = high.position - low.position;
    const isIdle = idleLooks === MOST_IDLE_LOOKS;
    const middle = isIdle ? low.position + Math.floor(width / 2) : nextLook(low, high, most, looks);
    const accessUnit = await firstFrom(scan, middle, high.position);
    if (accessUnit === null) high = { position: middle, ticks: null };
    else {
      const { position } = accessUnit;
      const ticks = ticksFrom(originTicks, accessUnit.dts);
      landmarks.push({ position, ticks });
      if (ticks > most) high = { position: middle, ticks };
      else low = { position: Math.max(middle, position), ticks };
    }
    idleLooks = isIdle || high.position - low.position <= width / 2 ? 0 : idleLooks + 1;
  }
  return high.position;
}

type Bounds = { low: Landmark; high: { readonly position: number; readonly ticks: number | null } };

/** Returns the nearest landmarks on both sides of a time, or the ends of the file. */
function around(landmarks: readonly Landmark[], end: Bounds['high'], most: number): Bounds {
  const beginning: Landmark = { position: 0, ticks: 0 };
  let [low, high] = [beginning, end];
  for (const landmark of landmarks) {
    if (landmark.ticks > most && landmark.position < high.position) high = landmark;
    if (landmark.ticks <= most && landmark.position > low.position) low = landmark;
  }
  // A clock that goes back, which nobody has corrected, has no such order.
  return low.position < high.position ? { low, high } : { low: beginning, high: end };
}

/** Returns where to look between two places: by turns behind and before the likely one, the closer the nearer that is. */
function nextLook(low: Landmark, high: Bounds['high'], most: number, looks: number): number {
  const width = high.position - low.position;
  // Behind the last place that is known, it goes on at the rate so far.
  const [bytes, ticks] = high.ticks === null ? [low.position, low.ticks] : [width, high.ticks - low.ticks];
  const likely = ticks > 0 ? ((most - low.ticks) / ticks) * bytes : width / 2;
  const distance = Math.min(Math.abs(likely), Math.abs(width - likely));
  const margin = Math.max(NEAR_BYTES / 4, distance / 16);
  const wanted = likely + (looks % 2 === 0 ? margin : -margin);
  const least = NEAR_BYTES / 8;
  return low.position + Math.floor(Math.min(width - least, Math.max(least, wanted)));
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
