import type { AccessUnit, AccessUnitScan } from './access-units.ts';
import { TICKS_PER_SECOND, ticksFrom } from './pes.ts';

const WINDOW_BYTES = 128 * 1024;
const MOST_WINDOW_BYTES = 8 * 2 ** 20;
/** Between two places so near to each other all is read. */
const NEAR_BYTES = 2 ** 20;
const MOST_LOOKS = 40;
const FIRST_CHUNK_BYTES = 512 * 1024;
const LARGEST_CHUNK_BYTES = 8 * 2 ** 20;
/** More than any group of pictures has that was made for broadcasts: ten seconds at 50 Mbit/s. */
const MOST_BYTES = 64 * 2 ** 20;

export type Wanted = {
  /** On the file's own clock, in ticks. */
  readonly originTicks: number;
  /** After that. */
  readonly seconds: number;
  readonly frameSeconds: number;
};

/**
 * The last picture that decoding can begin with so that all is as coded from `seconds` on; null where there is none
 * within the bytes that are looked at, and decoding begins with the file.
 */
export async function findAccessUnit(
  scan: AccessUnitScan,
  sizeBytes: number,
  wanted: Wanted,
): Promise<AccessUnit | null> {
  // What times lose where they are written as seconds is less than half a tick.
  const most = wanted.seconds * TICKS_PER_SECOND + 0.5;
  let end = await placeBehind(scan, sizeBytes, wanted.originTicks, most);
  let looked = 0;
  for (
    let chunk = FIRST_CHUNK_BYTES;
    end > 0 && looked < MOST_BYTES;
    chunk = Math.min(2 * chunk, LARGEST_CHUNK_BYTES)
  ) {
    const start = Math.max(0, end - chunk);
    const accessUnits = await scan(start, end);
    const last = accessUnits.findLast((accessUnit) => isInTime(accessUnit, wanted, most));
    if (last !== undefined) return last;
    looked += end - start;
    end = start;
  }
  return null;
}

function isInTime({ pts, point }: AccessUnit, { originTicks, frameSeconds }: Wanted, most: number): boolean {
  if (point === null) return false;
  return ticksFrom(originTicks, pts) + point.recoveryFrames * frameSeconds * TICKS_PER_SECOND <= most;
}

/** A place behind which all pictures are decoded later than wanted, near the first of them. */
async function placeBehind(
  scan: AccessUnitScan,
  sizeBytes: number,
  originTicks: number,
  most: number,
): Promise<number> {
  let [low, high] = [0, sizeBytes];
  let [lowTicks, highTicks]: [number, number | null] = [0, null];
  for (let looks = 0; looks < MOST_LOOKS && high - low > NEAR_BYTES; looks++) {
    // Where the rate is steady the place is almost known; each second look halves what is left in any case.
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
