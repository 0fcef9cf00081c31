import { unsupported } from '../../base/problem.ts';
import { readEac3 } from '../codecs/dolby.ts';
import { audioProfile } from '../model/codecs.ts';
import type { ContainerAudioTrack, OpenContainer } from '../model/container.ts';
import type { Packet } from '../model/packets.ts';
import { type AudioCoding, audioCoding, audioHead } from './audio-packets.ts';
import type { CutTrack } from './cut-track.ts';

type Grid = {
  readonly trackIndex: number;
  readonly coding: AudioCoding;
  readonly frameSamples: number;
  readonly firstSeconds: number;
  readonly frameCount: number;
  /** The first frame after each cut; the last entry is one past the last frame. */
  readonly frames: Uint32Array;
};

/**
 * Cuts a track whose frames have one length at each of them, or at every few frames if it is very long. The container's times
 * are rounded: they only tell which frame of the even grid a packet is. Null without such a grid, and for
 * other codecs.
 */
export async function audioCuts(track: ContainerAudioTrack): Promise<CutTrack | null> {
  const first = isEven(track) ? await beginningOf(track) : null;
  if (first === null) return null;
  const { coding, frameSamples, firstSeconds, largestBytes } = first;
  const { sampleRate, skipSamples } = coding;
  let lastSeconds = firstSeconds;
  for await (const { timestampSeconds } of track.packets(FAR_AWAY_SECONDS)) lastSeconds = timestampSeconds;
  const frameCount = Math.round(((lastSeconds - firstSeconds) * sampleRate) / frameSamples) + 1;
  const hidden = Math.min(frameCount - 1, Math.floor(skipSamples / frameSamples));
  const step = Math.ceil((frameCount - hidden) / MOST_CUTS);
  const count = Math.ceil((frameCount - hidden) / step) + 1;
  const frames = new Uint32Array(count);
  const cuts = new Float64Array(count);
  const bytesBefore = new Float64Array(count);
  // The first cut includes the frames that the decoder drops.
  for (let i = 1; i < count; i++) {
    const frame = Math.min(hidden + i * step, frameCount);
    frames[i] = frame;
    cuts[i] = frame * frameSamples - skipSamples;
    bytesBefore[i] = frame * largestBytes;
  }
  const grid = { trackIndex: track.index, coding, frameSamples, firstSeconds, frameCount, frames };
  return {
    head: { ...audioHead(track, coding), delaySeconds: 0, mediaTime: skipSamples, durationTicks: null },
    baseSeconds: firstSeconds,
    cuts,
    bytesBefore,
    packets: (container, from, to) => audioPackets(container, grid, from, to),
    async look(container) {
      const whyNot = await whyNoCuts(container, grid);
      return whyNot === null ? { keyframeBytes: new Map() } : { whyNot };
    },
  };
}

function isEven({ codec }: ContainerAudioTrack): boolean {
  return codec === 'aac' || audioProfile(codec).isCopiedBeside;
}

const FAR_AWAY_SECONDS = 1e9;
/**
 * A day of 48 kHz has more frames, and is cut at every second one: memory must be bounded, not the length.
 */
const MOST_CUTS = 4_000_000;
/** Enough for a few seconds, from which a frame's largest size is guessed. */
const SAMPLED_PACKETS = 100;

async function beginningOf(track: ContainerAudioTrack) {
  let first: { coding: AudioCoding; frameSamples: number; firstSeconds: number } | null = null;
  let largestBytes = 0;
  let seen = 0;
  for await (const { data, timestampSeconds } of track.packets()) {
    if (first === null) {
      // The first of several programmes, or of frames that go together.
      if (track.codec === 'eac3' && readEac3(data) === null) return null;
      const coding = audioCoding(track, data.slice());
      first = { coding, frameSamples: coding.samples(data) ?? 1024, firstSeconds: timestampSeconds };
    }
    largestBytes = Math.max(largestBytes, data.byteLength);
    if (++seen === SAMPLED_PACKETS) break;
  }
  return first && { ...first, largestBytes };
}

async function* audioPackets(
  { tracks }: OpenContainer,
  grid: Grid,
  from: number,
  to: number,
): AsyncGenerator<Packet, void, void> {
  const { trackIndex, coding, frameSamples, frames } = grid;
  const track = tracks.find(({ index }) => index === trackIndex);
  const [begin = 0, end = 0] = [frames[from], frames[to]];
  if (track === undefined) throw unsupported(`There is no track ${trackIndex} in this file.`);
  let held: { data: Uint8Array; dts: number } | null = null;
  for await (const packet of track.packets(secondsOf(begin, grid))) {
    const frame = frameAt(packet.timestampSeconds, grid);
    if (frame < begin) continue;
    if (frame >= end) break;
    // Straying times may give two packets the same frame: the second one comes a moment later.
    const dts: number = held ? Math.max(held.dts + 1, frame * frameSamples) : begin * frameSamples;
    if (held) yield audioPacket(held, dts);
    held = { data: coding.strip(packet.data), dts };
  }
  if (held === null) throw unsupported('This file has no audio at the time of the segment.');
  yield audioPacket(held, Math.max(held.dts + 1, end * frameSamples));
}

function audioPacket({ data, dts }: { data: Uint8Array; dts: number }, nextDts: number): Packet {
  return { data, dts, pts: dts, duration: nextDts - dts, isSync: true };
}

/** Returns the middle of the frame, so that rounding leads to no other. */
function secondsOf(frame: number, { coding, frameSamples, firstSeconds }: Grid): number {
  return firstSeconds + ((frame + 0.5) * frameSamples) / coding.sampleRate;
}

function frameAt(seconds: number, { coding, frameSamples, firstSeconds }: Grid): number {
  return Math.round(((seconds - firstSeconds) * coding.sampleRate) / frameSamples);
}

const LOOKS = 6;

/** Tells why an audio track cannot be cut: its clock drifts, or it has gaps. Such audio is better decoded. */
async function whyNoCuts({ tracks }: OpenContainer, grid: Grid): Promise<string | null> {
  const track = tracks.find(({ index }) => index === grid.trackIndex);
  if (track === undefined) return 'there is no such track';
  const tolerance = track.resolutionSeconds + 0.002;
  for (let look = 0; look < LOOKS; look++) {
    const frame = Math.floor((look * (grid.frameCount - 1)) / (LOOKS - 1));
    for await (const { timestampSeconds } of track.packets(secondsOf(frame, grid))) {
      const due = grid.firstSeconds + (frame * grid.frameSamples) / grid.coding.sampleRate;
      if (Math.abs(timestampSeconds - due) > tolerance) return 'its audio drifts from its own clock';
      break;
    }
  }
  return null;
}
