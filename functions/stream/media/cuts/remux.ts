import { damaged, unsupported } from '../../base/problem.ts';
import type { CachedAccess } from '../../source/cache.ts';
import { openContainer } from '../demux/mediabunny.ts';
import type { Movie } from '../isobmff/movie.ts';
import { moviePackets } from '../isobmff/sample-packets.ts';
import { writeFragmentedMp4 } from '../isobmff/write-fragmented.ts';
import { isRemuxedCodec } from '../model/codecs.ts';
import type {
  ContainerPacket,
  ContainerTrack,
  ContainerVideoTrack,
  OpenContainer,
} from '../model/container.ts';
import { CONTAINERS, type Container } from '../model/containers.ts';
import { frameGrid, type Grid, toTicks } from '../model/frame-rate.ts';
import type { Track } from '../model/media.ts';
import type { Packet, PacketTrack } from '../model/packets.ts';
import { type AudioTimeline, audioTimeline } from './audio-packets.ts';
import { type Coding, codingOf, decodeTimeline, type TimedPacket, videoHead } from './video-samples.ts';

export type RemuxOptions = {
  /** `Track.index` of the tracks to repackage. */
  readonly tracks: readonly number[];
  readonly startSeconds: number;
  readonly durationSeconds: number | null;
};

/**
 * Yields the tracks of a file as fragmented MP4, without decoding them; `movie` is the index of ISO base media, null for
 * other containers. Throws `damaged-media` or `unsupported-media`.
 */
export async function* remux(
  { movie }: { readonly movie: Movie | null },
  file: CachedAccess,
  { tracks, startSeconds, durationSeconds }: RemuxOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  if (movie !== null) {
    yield* writeFragmentedMp4(
      moviePackets(movie, file, { trackIndexes: tracks, startSeconds, durationSeconds }),
    );
    return;
  }
  const container = await openContainer(file, signal);
  if (container === null) throw damaged('The file could not be read a second time.');
  try {
    const packets = await containerPackets(container, {
      trackIndexes: tracks,
      ...(startSeconds > 0 ? { startSeconds } : {}),
      ...(durationSeconds === null ? {} : { durationSeconds }),
    });
    yield* writeFragmentedMp4(packets);
  } finally {
    container.close();
  }
}

export type ContainerPacketsOptions = {
  readonly trackIndexes: readonly number[];
  /**
   * Presentation begins at the keyframe at or before this, or for audio alone at the packet that holds it.
   */
  readonly startSeconds?: number;
  readonly durationSeconds?: number;
};

/**
 * Opens tracks of an open container as packets for fragmented MP4, in the order of `trackIndexes`, with the
 * source's offsets between them. Rejects with `unsupported-media` for a track that `remuxObstacle` refuses.
 * The caller closes the container after the packets have been read.
 */
export async function containerPackets(
  container: OpenContainer,
  options: ContainerPacketsOptions,
): Promise<PacketTrack[]> {
  const tracks = options.trackIndexes.map((index) => {
    const track = container.tracks.find((candidate) => candidate.index === index);
    if (!track) throw unsupported(`Track ${index} of this file cannot be repackaged.`);
    const obstacle = remuxObstacle(container.container, track);
    if (obstacle !== null)
      throw unsupported(`Track ${index} of this file cannot be repackaged: ${obstacle}.`);
    return track;
  });
  container.limitReads(DURATION_BYTES);
  const endSeconds = await container.endSeconds();
  container.limitReads(Number.POSITIVE_INFINITY);
  const timelines = await openTimelines(container, tracks, options.startSeconds);
  const origin = Math.min(...timelines.map((timeline) => timeline.beginSeconds));
  const end =
    origin + Math.min(options.durationSeconds ?? Number.POSITIVE_INFINITY, (endSeconds ?? Infinity) - origin);
  const stop = options.durationSeconds === undefined ? Number.POSITIVE_INFINITY : end;
  return timelines.map((timeline) => ({
    ...timeline.head,
    delaySeconds: timeline.beginSeconds - origin,
    durationTicks: Number.isFinite(end)
      ? Math.max(0, Math.round((end - timeline.beginSeconds) * timeline.head.timescale))
      : null,
    packets: timeline.packetsUntil(stop),
  }));
}

/** Returns why a track cannot go into fragmented MP4 unchanged, in words for people; null if it can. */
export function remuxObstacle(container: Container, track: Pick<Track, 'kind' | 'codec'>): string | null {
  if (!CONTAINERS[container].isRemuxed) return `${container} files are not repackaged`;
  if (track.kind !== 'video' && track.kind !== 'audio') return `${track.kind} tracks are not copied`;
  return isRemuxedCodec(track.kind, track.codec) ? null : `${track.codec} in MP4 is not played by browsers`;
}

/** The length is only for the header: it is omitted if finding it takes more. */
const DURATION_BYTES = 16 * 2 ** 20;

async function openTimelines(
  container: OpenContainer,
  tracks: readonly ContainerTrack[],
  startSeconds: number | undefined,
): Promise<(VideoTimeline | AudioTimeline)[]> {
  const opened = new Map<ContainerTrack, VideoTimeline | AudioTimeline>();
  let from = startSeconds;
  // Video comes first: audio is cut to the keyframe's time.
  for (const track of tracks) {
    if (track.kind !== 'video') continue;
    const timeline = await videoTimeline(track, from);
    opened.set(track, timeline);
    if (from !== undefined) from = timeline.beginSeconds;
  }
  for (const track of tracks) {
    if (track.kind === 'audio') opened.set(track, await audioTimeline(container, track, from));
  }
  return tracks.flatMap((track) => opened.get(track) ?? []);
}

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
