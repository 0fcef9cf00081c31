import { reorderDepth } from '../codecs/parameter-sets.ts';
import type { Cue } from '../demux/matroska-cues.ts';
import type { ContainerPacket, ContainerVideoTrack, OpenContainer } from '../model/container.ts';
import { frameGrid, type Grid, toTicks } from '../model/frame-rate.ts';
import type { CutTrack } from './cut-track.ts';
import { codingOf, videoHead } from './video-samples.ts';
import { inspectKeyframes, videoPackets } from './video-stretch.ts';

/**
 * Cuts a video track at the keyframes of its index. Decode times follow from the frames of each segment
 * alone, since it is complete: the i-th frame is decoded at the i-th smallest presentation time. Null if the
 * track cannot begin.
 */
export async function videoCuts(
  { originSeconds }: OpenContainer,
  track: ContainerVideoTrack,
  cues: readonly Cue[],
  sizeBytes: number,
): Promise<CutTrack | null> {
  const grid = await frameGrid(track);
  const first = await firstPacket(track);
  const coding = first && codingOf(track, first.data);
  if (!first || !coding) return null;
  const baseSeconds = first.timestampSeconds;
  const ticksOf = (seconds: number) => toTicks(seconds - baseSeconds, grid);
  const known = cues.map(({ seconds, at }) => ({
    ticks: ticksOf(seconds - originSeconds),
    seconds: seconds - originSeconds,
    at,
  }));
  // Writers may omit the very first keyframe from the index.
  const beginning = first.isKey
    ? [{ ticks: 0, seconds: baseSeconds, at: known[0]?.ticks === 0 ? known[0].at : 0 }]
    : [];
  const starts = [...beginning, ...known].filter(
    ({ ticks }, i, list) => i === 0 || ticks > (list[i - 1]?.ticks ?? 0),
  );
  const endTicks = await endOf(track, grid, ticksOf);
  const last = starts.at(-1);
  if (last === undefined || endTicks <= last.ticks) return null;
  const depth =
    track.codec === 'h264' || track.codec === 'hevc'
      ? reorderDepth(track.codec, track.configuration, first.data)
      : 0;
  const delayTicks = Math.ceil(depth * grid.averageTicks);
  const shot = { trackIndex: track.index, grid, coding, baseSeconds, starts, endTicks, delayTicks };
  return {
    head: {
      ...videoHead(track, coding, grid.timescale),
      delaySeconds: 0,
      mediaTime: delayTicks,
      durationTicks: null,
    },
    baseSeconds,
    cuts: Float64Array.from([...starts.map(({ ticks }) => ticks), endTicks]),
    bytesBefore: spread([...starts, { ticks: endTicks, at: sizeBytes }]),
    packets: (container, from, to) => videoPackets(container, shot, from, to),
    look: (container) => inspectKeyframes(container, shot),
  };
}

/** Copies the first packet, so that no cluster stays in memory. */
async function firstPacket(track: ContainerVideoTrack): Promise<ContainerPacket | null> {
  for await (const packet of track.packets()) return { ...packet, data: packet.data.slice() };
  return null;
}

const FAR_AWAY_SECONDS = 1e9;

/** Finds the end of the last frame, which is among those after the last keyframe. */
async function endOf(
  track: ContainerVideoTrack,
  { timescale, frameTicks, averageTicks }: Grid,
  ticksOf: (seconds: number) => number,
): Promise<number> {
  let end = 0;
  for await (const { timestampSeconds, durationSeconds } of track.packets(FAR_AWAY_SECONDS)) {
    const ticks = frameTicks ?? Math.round(durationSeconds * timescale || averageTicks);
    end = Math.max(end, ticksOf(timestampSeconds) + ticks);
  }
  return end;
}

/**
 * Returns bytes from the first position on. Cuts in the same cluster, without positions of their own, share
 * it by their times.
 */
function spread(places: readonly { readonly ticks: number; readonly at: number }[]): Float64Array {
  const before = new Float64Array(places.length);
  const origin = places[0]?.at ?? 0;
  for (let i = 0; i < places.length; ) {
    let next = i + 1;
    while (next < places.length && places[next]?.at === places[i]?.at) next++;
    const [start, end] = [places[i], places[next]];
    for (let j = i; start && j < next; j++) {
      const share = end ? ((places[j]?.ticks ?? 0) - start.ticks) / (end.ticks - start.ticks) : 0;
      before[j] = start.at - origin + (end ? share * (end.at - start.at) : 0);
    }
    i = next;
  }
  return before;
}
