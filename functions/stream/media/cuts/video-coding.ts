import { damaged } from '../../base/problem.ts';
import { OBU_SEQUENCE_HEADER, OBU_TEMPORAL_DELIMITER, parseAv1Sequence, parseObus } from '../codecs/av1.ts';
import { configurationBox, hasNewSet, openNalStream, toSample } from '../codecs/parameter-sets.ts';
import { parseVp9KeyFrame } from '../codecs/vpx.ts';
import { av1C, type CodedVideo, videoSampleEntry, vpcC } from '../isobmff/codec-entry.ts';
import { displayMatrix } from '../isobmff/track-boxes.ts';
import type { ContainerVideoTrack } from '../model/container.ts';
import { threeLetters } from '../model/language.ts';

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
