import { Problem, unsupported } from '../../base/problem.ts';
import type { OpenContainer } from '../model/container.ts';
import { type Grid, toTicks } from '../model/frame-rate.ts';
import type { Packet } from '../model/packets.ts';
import type { Look } from './cut-track.ts';
import { type Coding, decodeTimeline, type TimedPacket } from './video-samples.ts';

/** Facts about a video track by which any stretch of it can be found again. */
export type Shot = {
  readonly trackIndex: number;
  readonly grid: Grid;
  readonly coding: Coding;
  readonly baseSeconds: number;
  /** Start of each cut but the last: ticks, and the time to seek. */
  readonly starts: readonly { readonly ticks: number; readonly seconds: number; readonly at: number }[];
  readonly endTicks: number;
  readonly delayTicks: number;
};

/**
 * Yields the packets between two cuts, with decode times that follow from these frames alone. Rejects with
 * `unsupported-media` if decoding cannot begin at either.
 */
export async function* videoPackets(
  container: OpenContainer,
  shot: Shot,
  from: number,
  to: number,
): AsyncGenerator<Packet, void, void> {
  const begin = shot.starts[from]?.ticks ?? 0;
  const endPts = shot.starts[to]?.ticks ?? shot.endTicks;
  const timeline = await decodeTimeline(group(container, shot, from, to), {
    mediaTime: shot.delayTicks,
    endPts,
  });
  if (timeline === null || timeline.firstPts !== begin) throw noCut();
  for await (const packet of timeline.packets) {
    yield { ...packet, dts: packet.dts + begin, pts: packet.pts + begin };
  }
}

/** Yields the packets between two cuts in decode order. */
async function* group(
  { tracks }: OpenContainer,
  { trackIndex, grid, coding, baseSeconds, starts }: Shot,
  from: number,
  to: number,
): AsyncGenerator<TimedPacket, void, void> {
  const track = tracks.find(({ index }) => index === trackIndex);
  const start = starts[from];
  if (track === undefined || start === undefined) throw noCut();
  const end = starts[to]?.ticks ?? Number.POSITIVE_INFINITY;
  const late: TimedPacket[] = [];
  let isFirst = true;
  // Times are rounded: half a step more finds the packet itself, and none after it.
  for await (const packet of track.packets(start.seconds + track.resolutionSeconds / 2)) {
    const { isKey: isSync } = packet;
    const pts = toTicks(packet.timestampSeconds - baseSeconds, grid);
    if (isFirst && (!isSync || pts !== start.ticks)) throw noCut();
    isFirst = false;
    if (isSync && pts >= end) {
      if (late.length > 0 && pts !== end) throw noCut();
      yield* squeezed(late, end);
      return;
    }
    const duration = grid.frameTicks ?? Math.round(packet.durationSeconds * grid.timescale);
    // The parameter sets stay in: the segment before may have had others.
    const timed = { data: coding.convert(packet.data, true), pts, duration, isSync };
    if (pts < end && late.length === 0) yield timed;
    else if (late.push(timed) > MOST_LATE) throw noCut();
  }
  if (late.length > 0) throw noCut();
}

/** More than the frames of a second: a recording that overlaps the next one by more is no mere join. */
const MOST_LATE = 64;

/**
 * Yields frames of a joined recording from the first one on that is shown after the next recording has begun.
 * Others may need them: they are shown for a moment at the end.
 */
function* squeezed(late: readonly TimedPacket[], end: number): Generator<TimedPacket, void, void> {
  const isLate = ({ pts }: TimedPacket) => pts >= end;
  let place = end - late.filter(isLate).length;
  for (const packet of late) yield isLate(packet) ? { ...packet, pts: place++ } : packet;
}

const noCut = () =>
  unsupported('Decoding cannot begin with this segment, or the next one: their frames need each other.');

const LOOKS = 4;
/**
 * Frames that are decoded after a keyframe and shown before it, as in open groups, follow within so many
 * packets.
 */
const LOOK_PACKETS = 17;

/** Looks at a few cuts, and at the packets after them. */
export async function inspectKeyframes(container: OpenContainer, shot: Shot): Promise<Look> {
  const count = shot.starts.length;
  const looks = new Set(Array.from({ length: LOOKS }, (_, i) => Math.floor((i * (count - 1)) / (LOOKS - 1))));
  const keyframeBytes = new Map<number, number>();
  try {
    for (const from of looks) {
      let seen = 0;
      for await (const { data } of videoPackets(container, shot, from, from + 1)) {
        if (seen === 0) keyframeBytes.set(from, data.byteLength);
        if (++seen === LOOK_PACKETS) break;
      }
    }
    return { keyframeBytes };
  } catch (error) {
    if (error instanceof Problem && error.type === 'unsupported-media')
      return { whyNot: 'decoding cannot begin at each of its keyframes' };
    throw error;
  }
}
