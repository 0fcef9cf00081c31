import { Problem, unsupported } from '../../http/problem.ts';
import type { Packet } from '../packets.ts';
import type { ContainerPacket, ContainerVideoTrack, OpenContainer } from './container.ts';
import type { CopySource } from './copy-source.ts';
import { decodeTimeline, type TimedPacket } from './decode-times.ts';
import { displayMatrix } from './display-matrix.ts';
import { frameGrid, type Grid, toTicks } from './frame-grid.ts';
import { threeLetters } from './language.ts';
import type { Cue } from './matroska-cues.ts';
import { reorderDepth } from './parameter-sets.ts';
import { type Coding, codingOf } from './video-coding.ts';

type Shot = {
  readonly trackIndex: number;
  readonly grid: Grid;
  readonly coding: Coding;
  readonly baseSeconds: number;
  /** Of each cut but the last: ticks, and what to seek for. */
  readonly starts: readonly { readonly ticks: number; readonly seconds: number; readonly at: number }[];
  readonly endTicks: number;
  readonly delayTicks: number;
};

/**
 * A video track, cut at the key frames of its index. Decode times follow from the pictures of each segment alone, since
 * it is complete: the i-th is decoded at the i-th smallest presentation time. Null where the track cannot begin.
 */
export async function videoCuts(
  { originSeconds }: OpenContainer,
  track: ContainerVideoTrack,
  cues: readonly Cue[],
  sizeBytes: number,
): Promise<CopySource | null> {
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
  const all = first.isKey
    ? [{ ticks: 0, seconds: baseSeconds, at: known[0]?.ticks === 0 ? known[0].at : 0 }]
    : [];
  const starts = [...all, ...known].filter(
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
      kind: 'video',
      timescale: grid.timescale,
      sampleEntry: coding.sampleEntry,
      language: threeLetters(track.language),
      width: track.squareWidth,
      height: track.squareHeight,
      matrix: displayMatrix(track),
      delaySeconds: 0,
      mediaTime: delayTicks,
      durationTicks: null,
    },
    baseSeconds,
    cuts: Float64Array.from([...starts.map(({ ticks }) => ticks), endTicks]),
    bytesBefore: spread([...starts, { ticks: endTicks, at: sizeBytes }]),
    packets: (container, from, to) => videoPackets(container, shot, from, to),
    whyNoCuts: (container) => whyNoCuts(container, shot),
  };
}

/** A copy of its own, which holds no cluster in memory. */
async function firstPacket(track: ContainerVideoTrack): Promise<ContainerPacket | null> {
  for await (const packet of track.packets()) return { ...packet, data: packet.data.slice() };
  return null;
}

const FAR_AWAY_SECONDS = 1e9;

/** Where the last picture ends: it is among those that follow the last key frame. */
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

/** Bytes from the first position on. Cuts of which only the same cluster is known share it by their times. */
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

async function* videoPackets(
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

/** The packets between two cuts, in the order in which they are decoded. */
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
  let isFirst = true;
  // Times are rounded: half a step more finds the packet itself, and none behind it.
  for await (const packet of track.packets(start.seconds + track.resolutionSeconds / 2)) {
    const pts = toTicks(packet.timestampSeconds - baseSeconds, grid);
    if (isFirst && (!packet.isKey || pts !== start.ticks)) throw noCut();
    if (pts >= end) {
      if (packet.isKey) return;
      throw noCut();
    }
    isFirst = false;
    const duration = grid.frameTicks ?? Math.round(packet.durationSeconds * grid.timescale);
    yield { data: coding.convert(packet.data), pts, duration, isSync: packet.isKey };
  }
}

const noCut = () =>
  unsupported('Decoding cannot begin with this segment, or the next one: their pictures need each other.');

const LOOKS = 4;
/** What is decoded behind a key frame and shown before it, as in open groups, follows within so many packets. */
const LOOK_PACKETS = 17;

async function whyNoCuts(container: OpenContainer, shot: Shot): Promise<string | null> {
  const count = shot.starts.length;
  const looks = new Set(Array.from({ length: LOOKS }, (_, i) => Math.floor((i * (count - 1)) / (LOOKS - 1))));
  try {
    for (const from of looks) {
      let seen = 0;
      for await (const _ of videoPackets(container, shot, from, from + 1)) if (++seen === LOOK_PACKETS) break;
    }
    return null;
  } catch (error) {
    if (error instanceof Problem && error.type === 'unsupported-media')
      return 'decoding cannot begin at each of its key frames';
    throw error;
  }
}
