import type { Input } from 'mediabunny';
import type { RandomAccess } from '../../source/bytes.ts';
import { parseAdts } from '../codecs/aac.ts';
import { OBU_SEQUENCE_HEADER, parseAv1Sequence, parseObus } from '../codecs/av1.ts';
import { sequenceFormat } from '../codecs/parameter-sets.ts';
import { parseVp9KeyFrame } from '../codecs/vpx.ts';
import type {
  ContainerAudioTrack,
  ContainerTrack,
  ContainerVideoTrack,
  OpenContainer,
  UnreadTrack,
} from '../model/container.ts';
import type { Container } from '../model/containers.ts';
import { joinedColour } from '../model/frame.ts';
import { readFirstFrames } from '../model/frame-rate.ts';
import type { AudioTrack, Colour, Media, OtherTrack, SubtitleTrack, VideoTrack } from '../model/media.ts';
import { ReadLimit } from './demuxers.ts';
import { hasFrameCount } from './mp3.ts';

/** Bytes for the duration: a look at the end, or a walk through a short file. */
const INDEX_BYTES = 16 * 2 ** 20;
/** Bytes for the first packets of all tracks. */
const PACKET_BYTES = 32 * 2 ** 20;

/**
 * Describes an open container as `Media`. The frame rate is that of the first frames; no track is read to its
 * end.
 */
export async function describeContainer(container: OpenContainer): Promise<Media> {
  container.limitReads(INDEX_BYTES);
  const endSeconds = await container.endSeconds();
  container.limitReads(PACKET_BYTES);
  const played: (VideoTrack | AudioTrack)[] = [];
  for (const track of container.tracks) {
    played.push(track.kind === 'video' ? await describeVideo(track) : await describeAudio(track));
  }
  const startSeconds = Math.min(...played.map((track) => track.startSeconds));
  return {
    container: container.container,
    durationSeconds:
      endSeconds === null || endSeconds <= startSeconds ? endSeconds : endSeconds - startSeconds,
    originSeconds: container.originSeconds,
    tracks: [...container.others.map(describeOther), ...played].sort((a, b) => a.index - b.index),
    layout: null,
  };
}

async function describeVideo(track: ContainerVideoTrack): Promise<VideoTrack> {
  const { first, startSeconds, frameRate } = await readFirstFrames(track);
  const format = formatOf(track, first);
  const colour = joinedColour(track.colour, format.colour);
  const isTurned = track.rotation % 180 !== 0;
  return {
    ...trackOf(track, startSeconds),
    kind: 'video',
    codec: track.codec,
    codecName: track.codecName,
    codecString: track.codecString,
    codedWidth: track.codedWidth,
    codedHeight: track.codedHeight,
    crop: track.crop,
    displayWidth: isTurned ? track.squareHeight : track.squareWidth,
    displayHeight: isTurned ? track.squareWidth : track.squareHeight,
    rotation: track.rotation,
    mirrored: track.mirrored,
    frameRate,
    bitDepth: format.bitDepth,
    chroma: format.chroma,
    dynamicRange: dynamicRange(colour, format.bitDepth),
    colour,
    interlaced: track.declaredInterlaced || format.interlaced,
    isCoverArt: false,
  };
}

async function describeAudio(track: ContainerAudioTrack): Promise<AudioTrack> {
  let startSeconds = 0;
  let first: Uint8Array | null = null;
  for await (const packet of track.packets()) {
    startSeconds = packet.timestampSeconds;
    first = packet.data.slice();
    break;
  }
  const { kind, codec, codecName, channels, sampleRate, bitsPerSample } = track;
  // A track whose format changes has no one codec string and no one sample entry: it is encoded.
  const codecString = first !== null && (await changesFormat(track, first)) ? null : track.codecString;
  const format = { codec, codecName, codecString, channels, sampleRate, bitsPerSample };
  const { title, purpose, codecDelaySeconds } = track;
  return { ...trackOf(track, startSeconds), kind, ...format, title, purpose, codecDelaySeconds };
}

/**
 * Tells whether the last frame of AAC with its own headers (ADTS) has another rate, or other channels, than
 * the first.
 */
async function changesFormat(track: ContainerAudioTrack, first: Uint8Array): Promise<boolean> {
  const config = track.codec === 'aac' && track.configuration === null ? parseAdts(first)?.config : null;
  if (!config) return false;
  for await (const { data } of track.packets(FAR_AWAY_SECONDS)) {
    const last = parseAdts(data)?.config;
    return last !== undefined && !Buffer.from(last).equals(config);
  }
  return false;
}

const FAR_AWAY_SECONDS = 1e9;

function describeOther(track: UnreadTrack): SubtitleTrack | OtherTrack {
  const header = { ...trackOf(track, 0), codec: track.codec };
  if (track.kind !== 'subtitle') return { ...header, kind: track.kind };
  const { kind, title, isForced, isForHearingImpaired } = track;
  return { ...header, kind, title, isForced, isForHearingImpaired };
}

function trackOf(
  { index, stream, language, isDefault }: UnreadTrack | ContainerVideoTrack | ContainerAudioTrack,
  start: number,
) {
  const header = { index, stream, undecodable: null, language, isDefault };
  return { ...header, startSeconds: start, durationSeconds: null, bitrate: null };
}

type Format = Pick<VideoTrack, 'bitDepth' | 'chroma' | 'interlaced' | 'colour'>;
const UNKNOWN: Format = { bitDepth: null, chroma: null, interlaced: false, colour: null };

function formatOf(track: ContainerVideoTrack, firstPacket: Uint8Array): Format {
  if (track.codec === 'h264' || track.codec === 'hevc') {
    return sequenceFormat(track.codec, track.configuration, firstPacket) ?? UNKNOWN;
  }
  if (track.codec === 'vp8') return { bitDepth: 8, chroma: '4:2:0', interlaced: false, colour: null };
  if (track.codec === 'vp9') {
    const header = parseVp9KeyFrame(firstPacket);
    if (!header) return UNKNOWN;
    const chroma = header.subsampling === 3 ? '4:4:4' : header.subsampling === 2 ? '4:2:2' : '4:2:0';
    const { bitDepth, matrix, isFullRange } = header;
    const colour = matrix === 2 && !isFullRange ? null : { primaries: 2, transfer: 2, matrix, isFullRange };
    return { bitDepth, chroma, interlaced: false, colour };
  }
  const unit = parseObus(firstPacket)?.find((obu) => obu.type === OBU_SEQUENCE_HEADER);
  const sequence = unit && parseAv1Sequence(unit.payload);
  if (!sequence) return UNKNOWN;
  const chroma = sequence.subsamplingX === 0 ? '4:4:4' : sequence.subsamplingY === 0 ? '4:2:2' : '4:2:0';
  return {
    bitDepth: sequence.bitDepth,
    chroma: sequence.isMonochrome ? 'monochrome' : chroma,
    interlaced: false,
    colour: sequence.colour,
  };
}

/** Eight bits without further signalling are standard range. */
function dynamicRange(colour: Colour | null, bitDepth: number | null): VideoTrack['dynamicRange'] {
  if (colour?.transfer === 16) return 'pq';
  if (colour?.transfer === 18) return 'hlg';
  return (colour && colour.transfer !== 2) || bitDepth === 8 ? 'sdr' : null;
}

/** MPEG audio without an index has to be walked frame by frame, a tenth of a second of CPU per megabyte. */
const WALK_BYTES = 4 * 2 ** 20;

/** Returns the end of an open file, in seconds after `origin`; null if nothing tells it. */
export async function endOf(
  input: Input,
  container: Container,
  file: RandomAccess,
  origin: number,
  tracks: readonly ContainerTrack[],
): Promise<number | null> {
  const declared = plausible(await input.getDurationFromMetadata());
  if (container === 'wav') return declared === null ? null : wavDuration(declared, file, tracks);
  if (container === 'mp3' && !(await hasFrameCount(file)) && !(await hasConstantBitrate(tracks))) {
    // The demuxer assumed a constant bitrate.
    return file.sizeBytes > WALK_BYTES ? null : measuredDuration(input, 0);
  }
  // A FLAC file without a declared length may change its sample rate on the way.
  if (declared !== null && declared > origin) return declared - origin;
  if (declared !== null || container === 'flac') return declared;
  if (container === 'adts' && file.sizeBytes > WALK_BYTES) return null;
  return measuredDuration(input, origin);
}

/**
 * Returns a header's duration if it is plausible: Matroska writes any number, and the demuxer takes one of
 * the 36 bits of FLAC's sample count for a sign.
 */
function plausible(seconds: number | null): number | null {
  return seconds !== null && seconds > 0 && seconds < LONGEST_SECONDS ? seconds : null;
}

const LONGEST_SECONDS = 2 ** 31;

async function measuredDuration(input: Input, origin: number): Promise<number | null> {
  try {
    const seconds = (await input.computeDuration()) - origin;
    return seconds > 0 ? seconds : null;
  } catch (error) {
    if (error instanceof ReadLimit) return null;
    throw error;
  }
}

/** Judges by the first frames of MPEG audio. */
async function hasConstantBitrate(tracks: readonly ContainerTrack[]): Promise<boolean> {
  const bitrates = new Set<number>();
  let frames = 0;
  for await (const packet of tracks[0]?.packets() ?? []) {
    bitrates.add((packet.data[2] ?? 0) >> 4);
    if (++frames === 200) break;
  }
  return bitrates.size <= 1;
}

/** Corrects the header's duration: a recording that was cut off declares more than the file holds. */
async function wavDuration(declared: number, file: RandomAccess, tracks: readonly ContainerTrack[]) {
  for await (const packet of tracks[0]?.packets() ?? []) {
    if (packet.durationSeconds <= 0) break;
    return Math.min(declared, (file.sizeBytes * packet.durationSeconds) / packet.data.length);
  }
  return declared;
}
