import { damaged } from '../../http/problem.ts';
import type { Packet, PacketTrack } from '../packets.ts';
import { OBU_SEQUENCE_HEADER, OBU_TEMPORAL_DELIMITER, parseAv1Sequence, parseObus } from './av1.ts';
import type { ContainerPacket, ContainerVideoTrack } from './container.ts';
import { decodeTimeline, type TimedPacket } from './decode-times.ts';
import { readFirstFrames } from './frame-rate.ts';
import { threeLetters } from './language.ts';
import { configurationBox, openNalStream, toSample } from './parameter-sets.ts';
import { av1C, videoSampleEntry, vpcC } from './sample-entry.ts';
import { parseVp9KeyFrame } from './vpx.ts';

export type VideoTimeline = {
  readonly head: Omit<PacketTrack, 'delaySeconds' | 'durationTicks' | 'packets'>;
  /** When the first picture is shown, on the file's timeline. */
  readonly beginSeconds: number;
  packetsUntil(seconds: number): AsyncIterable<Packet>;
};

/** A video track with decode times, from its first packet or from the key frame at or before `fromSeconds`. */
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
    head: {
      kind: 'video',
      timescale: grid.timescale,
      sampleEntry: coding.sampleEntry,
      language: threeLetters(track.language),
      width: track.squareWidth,
      height: track.squareHeight,
      matrix: displayMatrix(track),
      mediaTime: timeline.mediaTime,
    },
    beginSeconds,
    packetsUntil: (seconds) =>
      until(timeline.packets, (seconds - beginSeconds) * grid.timescale + timeline.mediaTime),
  };
}

/** The packet with which decoding can begin: recordings of broadcasts start anywhere, with pictures that need others. */
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

type Coding = { readonly sampleEntry: Uint8Array; convert(packet: Uint8Array): Uint8Array };

function codingOf(track: ContainerVideoTrack, firstPacket: Uint8Array): Coding | null {
  if (track.codec === 'h264' || track.codec === 'hevc') return nalCoding(track, track.codec, firstPacket);
  if (track.codec === 'vp9') {
    const header = parseVp9KeyFrame(firstPacket);
    const level = Number(track.codecString?.split('.')[2] ?? 0) || 41;
    const same = (packet: Uint8Array) => packet;
    return (
      header && {
        sampleEntry: videoSampleEntry('vp09', track, vpcC(header, level, track.colour)),
        convert: same,
      }
    );
  }
  const unit = parseObus(firstPacket)?.find((obu) => obu.type === OBU_SEQUENCE_HEADER);
  const sequence = unit && parseAv1Sequence(unit.payload);
  return sequence
    ? { sampleEntry: videoSampleEntry('av01', track, av1C(sequence, unit)), convert: dropDelimiters }
    : null;
}

function nalCoding(
  track: ContainerVideoTrack,
  codec: 'h264' | 'hevc',
  firstPacket: Uint8Array,
): Coding | null {
  const stream = openNalStream(codec, track.configuration, firstPacket);
  const configuration = stream && configurationBox(stream);
  if (!configuration) return null;
  return {
    sampleEntry: videoSampleEntry(codec === 'h264' ? 'avc1' : 'hvc1', track, configuration),
    convert: (packet) => {
      const sample = toSample(stream, packet);
      if (!sample) throw damaged('A picture in this file is cut short.');
      return sample;
    },
  };
}

/** AV1 in ISOBMFF §2.4: samples hold no temporal delimiters. */
function dropDelimiters(packet: Uint8Array): Uint8Array {
  const obus = parseObus(packet);
  if (!obus?.some((obu) => obu.type === OBU_TEMPORAL_DELIMITER)) return packet;
  return Buffer.concat(obus.filter((obu) => obu.type !== OBU_TEMPORAL_DELIMITER).map((obu) => obu.bytes));
}

type Grid = {
  readonly timescale: number;
  readonly frameTicks: number | null;
  /** Times that are this near to the grid lie on it. */
  readonly toleranceSeconds: number;
};

/** Ticks in which one frame is a whole number, and none coarser than a tenth of a millisecond. */
async function frameGrid(track: ContainerVideoTrack): Promise<Grid> {
  const { frameRate: rate } = await readFirstFrames(track);
  // The container rounds both the first time and each other.
  const toleranceSeconds = 1.01 * track.resolutionSeconds;
  if (!rate?.constant) return { timescale: 90000, frameTicks: null, toleranceSeconds };
  const frameTicks = (90000 * rate.denominator) / rate.numerator;
  if (Number.isInteger(frameTicks)) return { timescale: 90000, frameTicks, toleranceSeconds };
  const factor = Math.ceil(10000 / rate.numerator);
  return { timescale: rate.numerator * factor, frameTicks: rate.denominator * factor, toleranceSeconds };
}

async function* timed(
  first: ContainerPacket,
  rest: AsyncGenerator<ContainerPacket, void, void>,
  coding: Coding,
  { timescale, frameTicks, toleranceSeconds }: Grid,
  isSeek: boolean,
): AsyncGenerator<TimedPacket, void, void> {
  const toTicks = (seconds: number) => {
    const exact = (seconds - first.timestampSeconds) * timescale;
    if (frameTicks === null) return Math.round(exact);
    const nearest = Math.round(exact / frameTicks) * frameTicks;
    return Math.abs(nearest - exact) <= toleranceSeconds * timescale ? nearest : Math.round(exact);
  };
  const convert = ({ data, timestampSeconds, durationSeconds, isKey }: ContainerPacket) => ({
    data: coding.convert(data),
    pts: toTicks(timestampSeconds),
    duration: frameTicks ?? Math.round(durationSeconds * timescale),
    isSync: isKey,
  });
  yield { ...convert(first), isSync: true };
  for await (const packet of rest) {
    // Pictures before the key frame in time need frames that were not taken along.
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

/** The 3×3 matrix of `tkhd` (ISO/IEC 14496-12 §6.2.2) that mirrors, then turns, into the first quadrant. */
function displayMatrix({
  rotation,
  mirrored,
  squareWidth: w,
  squareHeight: h,
}: ContainerVideoTrack): Uint8Array | null {
  if (rotation === 0 && !mirrored) return null;
  const turns = {
    0: [1, 0, 0, 1, 0, 0],
    90: [0, 1, -1, 0, h, 0],
    180: [-1, 0, 0, -1, w, h],
    270: [0, -1, 1, 0, 0, w],
  };
  const [a = 1, b = 0, c = 0, d = 1, x = 0, y = 0] = turns[rotation];
  const rows = mirrored ? [-a, -b, 0, c, d, 0, w * a + x, w * b + y, 1] : [a, b, 0, c, d, 0, x, y, 1];
  const matrix = Buffer.alloc(36);
  // 16.16 fixed point; the third column is 2.30.
  for (const [i, value] of rows.entries())
    matrix.writeInt32BE(value * (i % 3 === 2 ? 2 ** 30 : 2 ** 16), i * 4);
  return matrix;
}
