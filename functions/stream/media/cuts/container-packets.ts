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
