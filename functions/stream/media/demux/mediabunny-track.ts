import {
  type EncodedPacket,
  EncodedPacketSink,
  type InputAudioTrack,
  type InputTrack,
  type InputVideoTrack,
} from 'mediabunny';
import { damaged } from '../../base/problem.ts';
import { isLayer3 } from '../codecs/mpeg-audio.ts';
import { ownFormat } from '../codecs/own-format.ts';
import { sequenceSize } from '../codecs/parameter-sets.ts';
import { AUDIO_PROFILES, type AudioCodec, VIDEO_PROFILES, type VideoCodec } from '../model/codecs.ts';
import type { ContainerPacket, ContainerTrack } from '../model/container.ts';
import { CONTAINERS, type Container } from '../model/containers.ts';
import { colourOf, shownPart } from '../model/frame.ts';
import { audioLabel } from '../model/label.ts';
import { ReadLimit } from './demuxers.ts';
import type { MatroskaTrack } from './matroska.ts';

/** Runs work that may fail, and maps its failure to the error to report. */
export type Attempt = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Finds the origin of the file's timeline. Clocks of transport streams start anywhere, and so do those of
 * recordings that were cut out of a longer one; a start of less than a second is an offset between tracks.
 */
export async function originOf(container: Container, tracks: readonly InputTrack[]): Promise<number> {
  const rule = CONTAINERS[container].origin;
  if (rule === 'zero') return 0;
  let origin = Number.POSITIVE_INFINITY;
  for (const track of tracks) {
    const first = await new EncodedPacketSink(track).getFirstPacket({ metadataOnly: true }).catch(endAtLimit);
    if (first) origin = Math.min(origin, first.timestamp);
  }
  if (!Number.isFinite(origin)) return 0;
  return rule === 'clock' || origin >= 1 ? origin : 0;
}

/** Reads a track as the demuxer knows it, its times relative to `origin`; null for unknown codecs. */
export async function readTrack(
  inputTrack: InputTrack,
  header: Pick<ContainerTrack, 'index' | 'stream' | 'language' | 'isDefault'>,
  matroska: MatroskaTrack | null,
  origin: number,
  attempt: Attempt,
): Promise<ContainerTrack | null> {
  if (!inputTrack.isVideoTrack() && !inputTrack.isAudioTrack()) return null;
  const description = (await inputTrack.getDecoderConfig())?.description;
  const common = {
    ...header,
    codecString: await inputTrack.getCodecParameterString(),
    configuration: description ? bytesOf(description) : null,
    resolutionSeconds: 1 / (await inputTrack.getTimeResolution()),
    codecDelaySeconds: (matroska?.codecDelayNanoseconds ?? 0) / 1e9,
    packets: (fromSeconds?: number) => packetsOf(inputTrack, origin, fromSeconds, attempt),
    async endSeconds() {
      const end = await attempt(() => inputTrack.computeDuration()).catch(endAtLimit);
      return end !== null && end > origin ? end - origin : null;
    },
  };
  return inputTrack.isVideoTrack()
    ? readVideoTrack(inputTrack, common, matroska)
    : readAudioTrack(inputTrack, common);
}

type Common = Pick<
  ContainerTrack,
  | 'index'
  | 'stream'
  | 'language'
  | 'isDefault'
  | 'codecString'
  | 'configuration'
  | 'resolutionSeconds'
  | 'codecDelaySeconds'
  | 'packets'
  | 'endSeconds'
>;

/** The limit of MP4's fields, more than any codec has. */
const MOST_PIXELS_ACROSS = 65_535;
const MOST_CHANNELS = 255;

async function readVideoTrack(track: InputVideoTrack, common: Common, matroska: MatroskaTrack | null) {
  const name = await track.getCodec();
  const codec = VIDEO_PROFILES.find(
    ([, { mediabunnyName }]) => mediabunnyName !== null && mediabunnyName === name,
  )?.[0];
  if (codec === undefined) return null;
  const mirrored = await track.getFlip();
  const rotation = await track.getRotation();
  const nanoseconds = matroska?.defaultDurationNanoseconds ?? null;
  const { width, height, pixelAspect } =
    (await streamSize(track, codec, common.configuration)) ?? (await containerSize(track));
  // Lines stay, whichever side of a pixel is longer.
  const squareWidth = Math.max(1, Math.round(width * pixelAspect));
  // With no lines at all, the width is not a number.
  if (!(Math.max(width, height, squareWidth) <= MOST_PIXELS_ACROSS))
    throw damaged(`A video frame cannot have ${squareWidth}×${height} pixels.`);
  return {
    ...common,
    kind: 'video' as const,
    codec,
    codecName: null,
    codedWidth: width,
    codedHeight: height,
    ...shownPart(matroska?.shown ?? null, { width, height, squareWidth }),
    // The demuxer mirrors after the rotation, `Media` before it: the rotation then goes the other way.
    rotation: (mirrored ? (360 - rotation) % 360 : rotation) as 0 | 90 | 180 | 270,
    mirrored,
    colour: colourOf(await track.getColorSpace()),
    declaredFrameRate: nanoseconds ? { numerator: 1e9, denominator: nanoseconds, constant: true } : null,
    declaredInterlaced: matroska?.isInterlaced ?? false,
  };
}

/**
 * Returns the frame size if only the stream itself tells it: the demuxer counts half the lines of interlaced
 * H.264.
 */
async function streamSize(track: InputVideoTrack, codec: VideoCodec, configuration: Uint8Array | null) {
  if (configuration !== null || (codec !== 'h264' && codec !== 'hevc')) return null;
  const first = await new EncodedPacketSink(track).getFirstKeyPacket().catch(endAtLimit);
  return first && sequenceSize(codec, first.data);
}

async function containerSize(track: InputVideoTrack) {
  const width = await track.getCodedWidth();
  const height = await track.getCodedHeight();
  const ratio = (await track.getSquarePixelWidth()) / (await track.getSquarePixelHeight());
  return { width, height, pixelAspect: (ratio * height) / width };
}

async function readAudioTrack(track: InputAudioTrack, common: Common) {
  const name = await track.getCodec();
  if (!name) return null;
  const channels = await track.getNumberOfChannels();
  if (channels > MOST_CHANNELS) throw damaged(`Audio cannot have ${channels} channels.`);
  const { commentary, visuallyImpaired } = await track.getDisposition();
  const hasHeaders = name === 'mp3' || name === 'ac3' || name === 'eac3';
  const first = hasHeaders ? await new EncodedPacketSink(track).getFirstPacket() : null;
  const own = ownFormat(audioCodec(name), common.configuration, first?.data ?? null);
  return {
    ...common,
    kind: 'audio' as const,
    ...(name === 'mp3' && first && !isLayer3(first.data)
      ? { codec: 'other' as const, codecName: 'mp2' }
      : { codec: audioCodec(name), codecName: null }),
    channels: own?.channels || channels,
    sampleRate: own?.sampleRate || (await track.getSampleRate()),
    bitsPerSample: own?.bitsPerSample ?? null,
    ...audioLabel(await track.getName(), { isCommentary: commentary, isDescription: visuallyImpaired }),
  };
}

function audioCodec(name: string): AudioCodec {
  // 64-bit samples are PCM that no browser takes.
  if (/^pcm-[fs]64/.test(name)) return 'other';
  if (name.startsWith('pcm-') || name === 'ulaw' || name === 'alaw') return 'pcm';
  return AUDIO_PROFILES.find(([, { mediabunnyName }]) => mediabunnyName === name)?.[0] ?? 'other';
}

async function* packetsOf(
  track: InputTrack,
  origin: number,
  fromSeconds: number | undefined,
  attempt: Attempt,
): AsyncGenerator<ContainerPacket, void, void> {
  const sink = new EncodedPacketSink(track);
  // The container's flags mark open GOPs as keys too; players can start only at keyframes by the bitstream.
  const options = { verifyKeyPackets: true };
  let find = async () => {
    const key = fromSeconds === undefined ? null : await sink.getKeyPacket(fromSeconds + origin, options);
    return key ?? sink.getFirstPacket(options);
  };
  for (;;) {
    const packet = await attempt(find).catch(endAtLimit);
    if (!packet) return;
    yield packetOf(packet, origin);
    find = () => sink.getNextPacket(packet, options);
  }
}

/**
 * Omits a stream's last packet, which ends only with the file: in a file that is cut off, the packet is as
 * well.
 */
export function withoutLast(packets: ContainerTrack['packets']): ContainerTrack['packets'] {
  return async function* (fromSeconds) {
    let held: ContainerPacket | null = null;
    for await (const packet of packets(fromSeconds)) {
      if (held) yield held;
      held = packet;
    }
  };
}

export function endAtLimit(error: unknown): null {
  if (error instanceof ReadLimit) return null;
  throw error;
}

function packetOf(packet: EncodedPacket, origin: number): ContainerPacket {
  return {
    data: packet.data,
    timestampSeconds: packet.timestamp - origin,
    durationSeconds: packet.duration,
    isKey: packet.type === 'key',
  };
}

function bytesOf(data: ArrayBufferLike | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
