import { damaged } from '../../base/problem.ts';
import type { ContainerPacket, ContainerVideoTrack } from '../model/container.ts';
import type { Packet, PacketTrack } from '../model/packets.ts';
import { decodeTimeline, type TimedPacket } from './decode-times.ts';
import { frameGrid, type Grid, toTicks } from './frame-ticks.ts';
import { type Coding, codingOf, videoHead } from './video-coding.ts';

export type VideoTimeline = {
  readonly head: Omit<PacketTrack, 'delaySeconds' | 'durationTicks' | 'packets'>;
  /** Time of the first frame, on the file's timeline. */
  readonly beginSeconds: number;
  packetsUntil(seconds: number): AsyncIterable<Packet>;
};

/**
 * Opens a video track with decode times, from its first packet or from the keyframe at or before
 * `fromSeconds`.
 */
export async function videoTimeline(
  track: ContainerVideoTrack,
  fromSeconds: number | undefined,
): Promise<VideoTimeline> {
  const grid = await frameGrid(track);
  const source = track.packets(fromSeconds);
  const { first, coding } = await findStart(track, source);
  const base = first.timestampSeconds;
  const timeline = await decodeTimeline(timed(first, source, coding, grid, fromSeconds !== undefined));
  if (!timeline) throw damaged(`Track ${track.index} of this file has no packets.`);
  const beginSeconds = base + timeline.firstPts / grid.timescale;
  return {
    head: { ...videoHead(track, coding, grid.timescale), mediaTime: timeline.mediaTime },
    beginSeconds,
    packetsUntil: (seconds) =>
      until(timeline.packets, (seconds - beginSeconds) * grid.timescale + timeline.mediaTime),
  };
}

/**
 * Finds the packet at which decoding can begin: recordings of broadcasts start anywhere, with frames that
 * need others.
 */
async function findStart(track: ContainerVideoTrack, source: AsyncGenerator<ContainerPacket, void, void>) {
  for (let tried = 0; tried < MOST_LEADING_PACKETS; tried++) {
    const next = await source.next();
    if (next.done) break;
    const coding = codingOf(track, next.value.data);
    if (coding) return { first: next.value, coding };
  }
  await source.return();
  throw damaged(`The ${track.codec} video in this file has no valid headers.`);
}

/** Ten seconds at 60 frames per second. */
const MOST_LEADING_PACKETS = 600;

async function* timed(
  first: ContainerPacket,
  rest: AsyncGenerator<ContainerPacket, void, void>,
  coding: Coding,
  grid: Grid,
  isSeek: boolean,
): AsyncGenerator<TimedPacket, void, void> {
  // Parameter sets before a sought place are unknown.
  let keepsSets = isSeek;
  const convert = ({ data, timestampSeconds, durationSeconds, isKey }: ContainerPacket) => {
    keepsSets ||= coding.changes(data);
    return {
      data: coding.convert(data, keepsSets),
      pts: toTicks(timestampSeconds - first.timestampSeconds, grid),
      duration: grid.frameTicks ?? Math.round(durationSeconds * grid.timescale),
      isSync: isKey,
    };
  };
  yield { ...convert(first), isSync: true };
  for await (const packet of rest) {
    // Frames before the keyframe in time need frames that were not included.
    if (isSeek && packet.timestampSeconds < first.timestampSeconds) continue;
    yield convert(packet);
  }
}

async function* until(packets: AsyncIterable<Packet>, ticks: number): AsyncGenerator<Packet, void, void> {
  for await (const packet of packets) {
    if (packet.dts >= ticks) return;
    yield packet;
  }
}
