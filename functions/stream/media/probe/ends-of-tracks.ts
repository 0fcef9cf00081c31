import type { CachedAccess } from '../../source/cache.ts';
import { flacSamples, opusSamples } from '../codecs/audio-frames.ts';
import { readAc3, readEac3 } from '../codecs/dolby.ts';
import { openContainer } from '../demux/mediabunny.ts';
import type { AudioCodec } from '../model/codecs.ts';
import type { ContainerAudioTrack, ContainerPacket, ContainerTrack } from '../model/container.ts';

/** Most bytes that are read for it. */
const LOOK_BYTES = 8 * 2 ** 20;

/**
 * Finds the ends of tracks that no header tells, by their last packets, in seconds; omits those not found.
 */
export async function trackEnds(
  file: CachedAccess,
  trackIndexes: readonly number[],
  signal: AbortSignal,
): Promise<Map<number, number>> {
  const ends = new Map<number, number>();
  const container = trackIndexes.length === 0 ? null : await openContainer(file, signal);
  if (container === null) return ends;
  try {
    container.limitReads(LOOK_BYTES);
    for (const track of container.tracks) {
      const end = trackIndexes.includes(track.index) ? await endOf(track) : null;
      if (end !== null) ends.set(track.index, end);
    }
  } finally {
    container.close();
  }
  return ends;
}

async function endOf(track: ContainerTrack): Promise<number | null> {
  const end = await track.endSeconds();
  return end === null ? null : end + (await untimedSeconds(track, end));
}

/** Returns the length of the last packet if the container does not tell it, as Matroska does not. */
async function untimedSeconds(track: ContainerTrack, endSeconds: number): Promise<number> {
  if (track.kind !== 'audio') return 0;
  let before: ContainerPacket | null = null;
  let last: ContainerPacket | null = null;
  for await (const packet of track.packets(endSeconds - LOOK_SECONDS)) [before, last] = [last, packet];
  return last === null || last.durationSeconds > 0 ? 0 : packetSeconds(track, last, before);
}

/**
 * Returns the length of a packet by its own head, or else by the packet before it: no more than `LOOK_SECONDS`, since there
 * may be a gap.
 */
export function packetSeconds(
  { codec, sampleRate }: Pick<ContainerAudioTrack, 'codec' | 'sampleRate'>,
  packet: Pick<ContainerPacket, 'data' | 'timestampSeconds'>,
  before: Pick<ContainerPacket, 'data' | 'timestampSeconds'> | null,
): number {
  const samples = SAMPLES[codec]?.(packet.data) ?? null;
  if (samples !== null) return samples / (codec === 'opus' ? 48_000 : sampleRate);
  if (before === null) return 0;
  const seconds = packet.timestampSeconds - before.timestampSeconds;
  // A packet of PCM may be shorter than the one before; all of another codec last as long.
  const share = codec === 'pcm' ? packet.data.length / Math.max(1, before.data.length) : 1;
  return Math.min(LOOK_SECONDS, Math.max(0, seconds) * share);
}

/** More than a packet lasts. */
const LOOK_SECONDS = 0.25;

const SAMPLES: Readonly<Partial<Record<AudioCodec, (packet: Uint8Array) => number | null>>> = {
  ac3: (packet) => readAc3(packet)?.samples ?? null,
  eac3: (packet) => readEac3(packet)?.samples ?? null,
  flac: flacSamples,
  opus: opusSamples,
};
