import { unsupported } from '../../base/problem.ts';
import { isRemuxedCodec } from '../model/codecs.ts';
import type { ContainerTrack, OpenContainer } from '../model/container.ts';
import { CONTAINERS, type Container } from '../model/containers.ts';
import type { Track } from '../model/media.ts';
import type { PacketTrack } from '../model/packets.ts';
import { type AudioTimeline, audioTimeline } from './audio-packets.ts';
import { type VideoTimeline, videoTimeline } from './video-packets.ts';

export type ContainerPacketsOptions = {
  readonly trackIndexes: readonly number[];
  /** Presentation begins at the key frame at or before this, or with sound alone at the packet that holds it. */
  readonly startSeconds?: number;
  readonly durationSeconds?: number;
};

/**
 * The tracks of an open container as packets for fragmented MP4, in the order of `trackIndexes`, with the offsets
 * between them as in the source. Rejects with `unsupported-media` for a track that `remuxObstacle` refuses. The container
 * is to be closed by the caller, after the packets have been read.
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
  const totalSeconds = await container.durationSeconds();
  container.limitReads(Number.POSITIVE_INFINITY);
  const timelines = await openTimelines(container, tracks, options.startSeconds);
  const origin = Math.min(...timelines.map((timeline) => timeline.beginSeconds));
  const end =
    origin +
    Math.min(options.durationSeconds ?? Number.POSITIVE_INFINITY, (totalSeconds ?? Infinity) - origin);
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

/** Why a track cannot go into fragmented MP4 as it is, in words for people; null if it can. */
export function remuxObstacle(container: Container, track: Pick<Track, 'kind' | 'codec'>): string | null {
  if (!CONTAINERS[container].isRemuxed) return `${container} files are not repackaged`;
  if (track.kind !== 'video' && track.kind !== 'audio') return `a ${track.kind} track stays behind`;
  return isRemuxedCodec(track.kind, track.codec) ? null : `${track.codec} in MP4 is not played by browsers`;
}

/** The length is for the header only: it is left out where it takes longer to find. */
const DURATION_BYTES = 16 * 2 ** 20;

async function openTimelines(
  container: OpenContainer,
  tracks: readonly ContainerTrack[],
  startSeconds: number | undefined,
): Promise<(VideoTimeline | AudioTimeline)[]> {
  const opened = new Map<ContainerTrack, VideoTimeline | AudioTimeline>();
  let from = startSeconds;
  // The picture leads: sound is cut to where the key frame lies.
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
