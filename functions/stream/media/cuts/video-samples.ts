import { damaged } from '../../base/problem.ts';
import { OBU_SEQUENCE_HEADER, OBU_TEMPORAL_DELIMITER, parseAv1Sequence, parseObus } from '../codecs/av1.ts';
import { configurationBox, hasNewSet, openNalStream, toSample } from '../codecs/parameter-sets.ts';
import { parseVp9KeyFrame } from '../codecs/vpx.ts';
import { av1C, type CodedVideo, videoSampleEntry, vpcC } from '../isobmff/codec-entry.ts';
import { displayMatrix } from '../isobmff/track-boxes.ts';
import type { ContainerVideoTrack } from '../model/container.ts';
import { threeLetters } from '../model/label.ts';
import type { Packet } from '../model/packets.ts';

/** How a track's packets go into MP4. */
export type Coding = {
  readonly sampleEntry: Uint8Array;
  /**
   * Converts a packet to a sample; keeps its parameter sets if they may differ from those of the sample
   * entry.
   */
  convert(packet: Uint8Array, keepsSets: boolean): Uint8Array;
  /** Tells whether the packet has parameter sets that the sample entry lacks. */
  changes(packet: Uint8Array): boolean;
};

/** What of a track decides how its packets go into MP4. */
type CodedTrack = CodedVideo & Pick<ContainerVideoTrack, 'codec' | 'codecString' | 'configuration'>;

/** Returns the coding by the track's first packet at which decoding can begin; null for any other. */
export function codingOf(track: CodedTrack, firstPacket: Uint8Array): Coding | null {
  if (track.codec === 'h264' || track.codec === 'hevc') return nalCoding(track, track.codec, firstPacket);
  if (track.codec === 'vp9') {
    const header = parseVp9KeyFrame(firstPacket);
    const level = Number(track.codecString?.split('.')[2] ?? 0) || 41;
    const same = (packet: Uint8Array) => packet;
    return (
      header && {
        sampleEntry: videoSampleEntry('vp09', track, vpcC(header, level, track.colour)),
        convert: same,
        changes: never,
      }
    );
  }
  const unit = parseObus(firstPacket)?.find((obu) => obu.type === OBU_SEQUENCE_HEADER);
  const sequence = unit && parseAv1Sequence(unit.payload);
  return sequence
    ? {
        sampleEntry: videoSampleEntry('av01', track, av1C(sequence, unit)),
        convert: dropDelimiters,
        changes: never,
      }
    : null;
}

/** VP9 and AV1 repeat all of it with each keyframe. */
const never = () => false;

/** Builds the track's head from the start of a file, without its place in time. */
export function videoHead(track: ContainerVideoTrack, { sampleEntry }: Coding, timescale: number) {
  return {
    kind: 'video' as const,
    timescale,
    sampleEntry,
    language: threeLetters(track.language),
    width: track.squareWidth,
    height: track.squareHeight,
    matrix: displayMatrix(track),
  };
}

function nalCoding(track: CodedTrack, codec: 'h264' | 'hevc', firstPacket: Uint8Array): Coding | null {
  const stream = openNalStream(codec, track.configuration, firstPacket);
  const configuration = stream && configurationBox(stream);
  if (!configuration) return null;
  return {
    sampleEntry: videoSampleEntry(codec === 'h264' ? 'avc1' : 'hvc1', track, configuration),
    changes: (packet) => hasNewSet(stream, packet),
    convert: (packet, keepsSets) => {
      const sample = toSample(stream, packet, keepsSets);
      if (!sample) throw damaged('A video frame in this file is cut short.');
      return sample;
    },
  };
}

/** Drops temporal delimiters, which samples do not hold (AV1 in ISOBMFF §2.4). */
function dropDelimiters(packet: Uint8Array): Uint8Array {
  const obus = parseObus(packet);
  if (!obus?.some((obu) => obu.type === OBU_TEMPORAL_DELIMITER)) return packet;
  return Buffer.concat(obus.filter((obu) => obu.type !== OBU_TEMPORAL_DELIMITER).map((obu) => obu.bytes));
}

/** A packet in decode order with its presentation time in ticks; `duration` is the nominal one. */
export type TimedPacket = {
  readonly data: Uint8Array;
  readonly pts: number;
  readonly duration: number;
  readonly isSync: boolean;
};

export type DecodeTimeline = {
  /** The earliest presentation time, in the ticks of the input: the place of this timeline's `mediaTime`. */
  readonly firstPts: number;
  /** Delay of presentation after decoding, so that no frame is shown before it is decoded. */
  readonly mediaTime: number;
  /** Packets whose times count from the first decode time. */
  readonly packets: AsyncIterable<Packet>;
};

/** H.264 and HEVC hold back 16 frames at most. */
const WINDOW = 17;

export type DecodeOptions = {
  /** The reorder delay, if known; by default the first packets tell. */
  readonly mediaTime?: number;
  /** End of the last packet on the input's timeline; by default its duration tells. */
  readonly endPts?: number | undefined;
};

/**
 * Assigns decode times to packets that carry presentation times only: the i-th packet is decoded at the i-th
 * smallest presentation time, all of them earlier by the reorder delay. Null if there is no packet.
 */
export async function decodeTimeline(
  source: AsyncIterator<TimedPacket, void>,
  options: DecodeOptions = {},
): Promise<DecodeTimeline | null> {
  const ahead: TimedPacket[] = [];
  let isAtEnd = false;
  const fill = async () => {
    while (!isAtEnd && ahead.length < WINDOW) {
      const next = await source.next();
      if (next.done) isAtEnd = true;
      else ahead.push(next.value);
    }
  };
  await fill();
  const times = ahead.map(({ pts }) => pts).sort((a, b) => a - b);
  const firstPts = times[0];
  if (firstPts === undefined) return null;
  // In a full window, later packets may still sort into the second half.
  const settled = isAtEnd ? times.length : Math.ceil(WINDOW / 2);
  const mediaTime =
    options.mediaTime ??
    Math.max(0, ...times.slice(0, settled).map((time, i) => time - (ahead[i]?.pts ?? time)));
  const packets = async function* (): AsyncGenerator<Packet, void, void> {
    let dts = 0;
    for (let packet = ahead.shift(); packet; packet = ahead.shift()) {
      await fill();
      remove(times, dts + firstPts);
      while (times.length < ahead.length) insert(times, ahead[times.length]?.pts ?? 0);
      const next = times[0] ?? options.endPts;
      const nextDts = next === undefined ? dts + packet.duration : Math.max(dts, next - firstPts);
      const pts = packet.pts - firstPts + mediaTime;
      yield { data: packet.data, dts, pts, duration: nextDts - dts, isSync: packet.isSync };
      dts = nextDts;
    }
  };
  return { firstPts, mediaTime, packets: closing(packets, source) };
}

function remove(sorted: number[], time: number): void {
  // A packet that is late beyond the window sorts before the time given out: the earliest one is used up.
  const at = sorted.indexOf(time);
  sorted.splice(at === -1 ? 0 : at, 1);
}

function insert(sorted: number[], time: number): void {
  let at = sorted.length;
  while (at > 0 && (sorted[at - 1] ?? 0) > time) at--;
  sorted.splice(at, 0, time);
}

function closing(
  packets: () => AsyncGenerator<Packet, void, void>,
  source: AsyncIterator<TimedPacket, void>,
) {
  return {
    async *[Symbol.asyncIterator](): AsyncGenerator<Packet, void, void> {
      try {
        yield* packets();
      } finally {
        await source.return?.();
      }
    },
  };
}
