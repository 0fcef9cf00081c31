import { damaged } from '../../base/problem.ts';
import { OBU_SEQUENCE_HEADER, OBU_TEMPORAL_DELIMITER, parseAv1Sequence, parseObus } from '../codecs/av1.ts';
import { configurationBox, hasNewSet, openNalStream, toSample } from '../codecs/parameter-sets.ts';
import { parseVp9KeyFrame } from '../codecs/vpx.ts';
import { av1C, videoSampleEntry, vpcC } from '../isobmff/codec-entry.ts';
import type { ContainerVideoTrack } from '../model/container.ts';
import { displayMatrix } from '../model/display-matrix.ts';
import { threeLetters } from '../model/language.ts';

/** How a track's packets go into MP4. */
export type Coding = {
  readonly sampleEntry: Uint8Array;
  /** As a sample; with the parameter sets that it holds, where they may not be those of the sample entry. */
  convert(packet: Uint8Array, keepsSets: boolean): Uint8Array;
  /** Whether the packet has parameter sets that the sample entry has not. */
  changes(packet: Uint8Array): boolean;
};

/** By the track's first packet with which decoding can begin; null for any other. */
export function codingOf(track: ContainerVideoTrack, firstPacket: Uint8Array): Coding | null {
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

/** VP9 and AV1 say all of it with each key frame. */
const never = () => false;

/** What the start of a file tells of the track, but for its place in time. */
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
    changes: (packet) => hasNewSet(stream, packet),
    convert: (packet, keepsSets) => {
      const sample = toSample(stream, packet, keepsSets);
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
