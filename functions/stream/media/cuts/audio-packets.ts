import { damaged, unsupported } from '../../base/problem.ts';
import { box as writeBox } from '../boxes/write-box.ts';
import { parseAacConfig, parseAdts } from '../codecs/aac.ts';
import { flacSamples, opusSamples } from '../codecs/audio-frames.ts';
import { type DolbyFrame, readAc3, readEac3 } from '../codecs/dolby.ts';
import { audioSampleEntry, dfLa, dOps, esds } from '../isobmff/codec-entry.ts';
import type { ContainerAudioTrack, ContainerPacket, OpenContainer } from '../model/container.ts';
import { threeLetters } from '../model/label.ts';
import type { Packet, PacketTrack } from '../model/packets.ts';

export type AudioTimeline = {
  readonly head: Omit<PacketTrack, 'delaySeconds' | 'durationTicks' | 'packets'>;
  /** Start of the first audible sample, on the file's timeline. */
  readonly beginSeconds: number;
  packetsUntil(seconds: number): AsyncIterable<Packet>;
};

/**
 * Opens an audio track on the grid of its samples: the packets' own lengths count, and the container's
 * rounded time stamps only if they leave that grid. With `fromSeconds` it begins exactly there, or with its
 * first later packet.
 */
export async function audioTimeline(
  container: OpenContainer,
  track: ContainerAudioTrack,
  fromSeconds: number | undefined,
): Promise<AudioTimeline> {
  const source = track.packets(fromSeconds);
  const first = (await source.next()).value;
  if (!first) throw damaged(`Track ${track.index} of this file has no packets.`);
  const coding = audioCoding(track, first.data);
  const second = (await source.next()).value ?? null;
  const { sampleRate, skipSamples } = coding;
  const firstSeconds = firstSampleSeconds(container, track, first, second, coding);
  const isBeginning = fromSeconds === undefined || first.timestampSeconds > fromSeconds;
  const beginSeconds = isBeginning ? firstSeconds + skipSamples / sampleRate : fromSeconds;
  return {
    head: {
      ...audioHead(track, coding),
      mediaTime: Math.max(0, Math.round((beginSeconds - firstSeconds) * sampleRate)),
    },
    beginSeconds,
    packetsUntil: (seconds) =>
      timed(prepend([first, second], source), {
        ...{ coding, track, firstSeconds, untilSeconds: seconds },
        isJoined: container.container === 'mpegts',
      }),
  };
}

export type AudioCoding = {
  readonly sampleRate: number;
  readonly sampleEntry: Uint8Array;
  /** Samples that the decoder puts out before the first audible one. */
  readonly skipSamples: number;
  samples(packet: Uint8Array): number | null;
  /** True if the packet's own headers, if it has any, say what the sample entry does. */
  fits(packet: Uint8Array): boolean;
  /** Returns a packet without headers of its own. */
  strip(packet: Uint8Array): Uint8Array;
};

/** Builds the track's head from the start of a file, without its place in time. */
export function audioHead(track: ContainerAudioTrack, { sampleRate, sampleEntry }: AudioCoding) {
  const language = threeLetters(track.language);
  return {
    kind: 'audio' as const,
    timescale: sampleRate,
    sampleEntry,
    language,
    width: 0,
    height: 0,
    matrix: null,
  };
}

const same = (packet: Uint8Array) => packet;
/** Packets without headers. */
const BARE = { fits: () => true, strip: same };

/** Returns how a track's packets go into MP4, by the first one. */
export function audioCoding(track: ContainerAudioTrack, firstPacket: Uint8Array): AudioCoding {
  const { configuration, channels } = track;
  const coding = codingOf();
  if (!coding) throw damaged(`The ${track.codec} audio in this file has no valid headers.`);
  return coding;

  function codingOf(): AudioCoding | null {
    switch (track.codec) {
      case 'aac':
        return aacCoding(track, firstPacket);
      case 'opus':
        return opusCoding(configuration, channels);
      case 'ac3':
        return dolbyCoding(['ac-3', 'dac3'], channels, readAc3, firstPacket);
      case 'eac3':
        return dolbyCoding(['ec-3', 'dec3'], channels, readEac3, firstPacket);
      default:
        return flacCoding(configuration, track);
    }
  }
}

function aacCoding(track: ContainerAudioTrack, firstPacket: Uint8Array): AudioCoding | null {
  const specific = track.configuration ?? parseAdts(firstPacket)?.config;
  const config = specific && parseAacConfig(specific);
  if (!config || !specific) return null;
  const { sampleRate, samplesPerFrame } = config;
  const channels = config.channels || track.channels;
  // A channel count of zero means a program config element, which MP4 players do not expect in the stream.
  if (channels === 0)
    throw unsupported('This AAC audio declares its channels in a way that MP4 does not carry.');
  return {
    sampleRate,
    sampleEntry: audioSampleEntry('mp4a', { channels, sampleRate }, esds(specific)),
    skipSamples: Math.round(track.codecDelaySeconds * sampleRate),
    samples: () => samplesPerFrame,
    fits: (packet) => track.configuration !== null || isAdtsOf(packet, specific),
    strip: track.configuration ? same : stripAdts,
  };
}

function stripAdts(frame: Uint8Array): Uint8Array {
  const header = parseAdts(frame);
  return header ? frame.subarray(header.headerBytes) : frame;
}

function isAdtsOf(frame: Uint8Array, config: Uint8Array): boolean {
  const header = parseAdts(frame);
  return header === null || Buffer.compare(header.config, config) === 0;
}

function opusCoding(configuration: Uint8Array | null, channels: number): AudioCoding | null {
  const specific = configuration && dOps(configuration);
  if (!specific) return null;
  const skipSamples = Buffer.from(configuration).readUInt16LE(10);
  const sampleEntry = audioSampleEntry('Opus', { channels, sampleRate: 48000 }, specific);
  return { sampleRate: 48000, sampleEntry, skipSamples, samples: opusSamples, ...BARE };
}

function flacCoding(configuration: Uint8Array | null, track: ContainerAudioTrack): AudioCoding | null {
  const specific = configuration && dfLa(configuration);
  if (!specific) return null;
  const sampleEntry = audioSampleEntry('fLaC', track, specific);
  return { sampleRate: track.sampleRate, sampleEntry, skipSamples: 0, samples: flacSamples, ...BARE };
}

function dolbyCoding(
  [type, box]: readonly ['ac-3', 'dac3'] | readonly ['ec-3', 'dec3'],
  channels: number,
  read: (packet: Uint8Array) => DolbyFrame | null,
  firstPacket: Uint8Array,
): AudioCoding | null {
  const first = read(firstPacket);
  if (first === null) return null;
  const { sampleRate, samples, configuration } = first;
  const sampleEntry = audioSampleEntry(type, { channels, sampleRate }, writeBox(box, configuration));
  return {
    ...{ sampleRate, sampleEntry, skipSamples: 0 },
    samples: () => samples,
    fits: (packet) => Buffer.from(configuration).equals(read(packet)?.configuration ?? Buffer.alloc(0)),
    strip: same,
  };
}

/** Returns the time of the first packet's first sample, including the decoder's delay. */
function firstSampleSeconds(
  container: OpenContainer,
  track: ContainerAudioTrack,
  first: ContainerPacket,
  second: ContainerPacket | null,
  coding: AudioCoding,
): number {
  // Ogg counts from the end of the delay and shortens the first packet's time: the second one tells where it
  // began.
  if (container.container === 'ogg' && track.codec === 'opus') {
    const samples = coding.samples(first.data) ?? 0;
    return second
      ? second.timestampSeconds - samples / coding.sampleRate
      : first.timestampSeconds - coding.skipSamples / coding.sampleRate;
  }
  return first.timestampSeconds - track.codecDelaySeconds;
}

async function* timed(
  source: AsyncGenerator<ContainerPacket, void, void>,
  {
    coding,
    track,
    firstSeconds,
    untilSeconds,
    isJoined,
  }: {
    readonly coding: AudioCoding;
    readonly track: ContainerAudioTrack;
    readonly firstSeconds: number;
    readonly untilSeconds: number;
    /** True if the file may consist of joined recordings. */
    readonly isJoined: boolean;
  },
): AsyncGenerator<Packet, void, void> {
  const { sampleRate } = coding;
  // Smaller deviations from the grid are rounding or jitter, not gaps.
  const tolerance = Math.ceil((track.resolutionSeconds + 0.002) * sampleRate);
  const untilTicks = (untilSeconds - firstSeconds) * sampleRate;
  let held: { data: Uint8Array; dts: number; samples: number } | null = null;
  let isFirst = true;
  let misfits = 0;
  for await (const packet of source) {
    if (!coding.fits(packet.data)) {
      if (++misfits === MOST_MISFITS) throw unsupported('The audio changes its format midway.');
      continue;
    }
    misfits = 0;
    const samples = coding.samples(packet.data) ?? Math.round(packet.durationSeconds * sampleRate);
    const stamp = Math.round((packet.timestampSeconds - track.codecDelaySeconds - firstSeconds) * sampleRate);
    const expected: number = held ? held.dts + held.samples : 0;
    // The audio of a joined recording may overlap the next one, which would be late from there on.
    if (isJoined && expected - stamp > samples / 2) continue;
    const dts = isFirst || stamp - expected <= tolerance ? expected : stamp;
    isFirst = false;
    if (dts >= untilTicks) break;
    if (held) yield audioPacket(held, dts - held.dts);
    held = { data: coding.strip(packet.data), dts, samples };
  }
  if (held) yield audioPacket(held, held.samples);
}

/** Damage makes some frames look like those of another format, and a change all that follow it. */
const MOST_MISFITS = 10;

function audioPacket({ data, dts }: { data: Uint8Array; dts: number }, duration: number): Packet {
  return { data, dts, pts: dts, duration, isSync: true };
}

async function* prepend(
  taken: readonly (ContainerPacket | null)[],
  source: AsyncGenerator<ContainerPacket, void, void>,
): AsyncGenerator<ContainerPacket, void, void> {
  for (const packet of taken) if (packet) yield packet;
  yield* source;
}
