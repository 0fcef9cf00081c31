import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Problem } from '../base/problem.ts';
import { fragment, initSegment } from '../media/isobmff/fragment-boxes.ts';
import { jpegTrack } from '../media/isobmff/jpeg-track.ts';
import { findKeyframes, keyframeMovie } from '../media/keyframe-movie.ts';
import { earliestStart } from '../plan/plan-input.ts';
import type { Storyboard } from '../plan/storyboard-plan.ts';
import { type SheetInput, sheetArguments } from './sheet-arguments.ts';
import { encodeStill, type StillContext } from './still.ts';
import { imageOutput } from './still-arguments.ts';
import { transcodeObject } from './transcode-object.ts';

/**
 * Encodes the sheet `index` of a storyboard: by one ffmpeg that is given the keyframes alone if an index
 * tells them, or else each tile by itself. Fails as `Engine` says.
 */
export async function encodeSheet(
  storyboard: Storyboard,
  index: number,
  context: StillContext,
): Promise<Uint8Array> {
  const times = tileTimes(storyboard, index);
  const zeroSeconds = earliestStart(context.probed.media);
  const { trackIndex } = storyboard;
  const inFile = times.map((seconds) => zeroSeconds + seconds);
  const keyframes = await findKeyframes({ ...context, trackIndex }, inFile);
  if (keyframes !== null) {
    try {
      return await sheetOf(keyframeMovie(keyframes), 'keyframes', storyboard, context);
    } catch (error) {
      if (!(error instanceof Problem) || !UNDECODED.has(error.type)) throw error;
    }
  }
  const tiles = await tileMovie(storyboard, times, context);
  return sheetOf(tiles, 'tiles', storyboard, context);
}

const UNDECODED: ReadonlySet<string> = new Set(['unsupported-media', 'damaged-media']);

/** Encodes one tile. Fails as `Engine` says. */
export function encodeTile(
  { trackIndex, video, tile }: Storyboard,
  seconds: number,
  context: StillContext,
): Promise<Uint8Array> {
  const source = { trackIndex, video, canvas: tile };
  const output = imageOutput(source, { format: 'jpeg', quality: 90 });
  return encodeStill({ trackIndex, video, seconds, isNear: true }, output, context);
}

/** Returns the times of a sheet's tiles, in seconds from the presentation's zero. */
function tileTimes(storyboard: Storyboard, index: number): number[] {
  const { columns, rows, tileCount, startSeconds, intervalSeconds } = storyboard;
  const first = index * columns * rows;
  const count = Math.min(columns * rows, tileCount - first);
  return Array.from({ length: count }, (_, i) => startSeconds + (first + i) * intervalSeconds);
}

async function sheetOf(
  movie: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  input: SheetInput,
  storyboard: Storyboard,
  context: StillContext,
): Promise<Uint8Array> {
  const flow = { sizeBytes: null, stream: () => Readable.from(movie, { objectMode: false }) };
  const args = sheetArguments(storyboard, input, context.limits);
  return buffer(await transcodeObject(args, { ...context, flow }));
}

/**
 * Encodes the tiles one after the other, since each takes a slot, as a movie of one a second. A tile that
 * cannot be decoded leaves its time to the one before it.
 */
async function tileMovie(
  storyboard: Storyboard,
  times: readonly number[],
  context: StillContext,
): Promise<Uint8Array[]> {
  const movie: Uint8Array[] = [initSegment([jpegTrack(storyboard.tile, 1)])];
  let failure: unknown = null;
  let count = 0;
  for (const [i, seconds] of times.entries()) {
    try {
      const data = await encodeTile(storyboard, seconds, context);
      const packet = { data, dts: i, pts: i, duration: 1, isSync: true };
      movie.push(...fragment(++count, [{ trackId: 1, packets: [packet] }]));
    } catch (error) {
      if (!(error instanceof Problem) || error.type !== 'damaged-media') throw error;
      failure = error;
    }
  }
  if (count === 0) throw failure;
  return movie;
}
