import {
  ADTS,
  CustomSource,
  type EncodedPacket,
  EncodedPacketSink,
  FLAC,
  Input,
  type InputAudioTrack,
  type InputFormat,
  type InputTrack,
  type InputVideoTrack,
  Logging,
  LogLevel,
  MATROSKA,
  MP3,
  MPEG_TS,
  OGG,
  WAVE,
  WEBM,
} from 'mediabunny';
import { damaged, encrypted, Problem, unsupported } from '../../http/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import type { AudioCodec, Container, VideoCodec } from '../media.ts';
import type { Colour, ContainerPacket, ContainerTrack, OpenContainer, UnreadTrack } from './container.ts';
import { describeContainer } from './describe.ts';
import { type MatroskaTrack, readMatroskaTracks } from './matroska.ts';
import { hasFrameCount, isLayer3 } from './mp3.ts';
import { readProgramMap } from './mpegts.ts';
import { readOggCodecs } from './ogg.ts';

// What it would print is about files, which the caller reports in its own words.
Logging.level = LogLevel.Silent;

const MATROSKA_FORMATS = [MATROSKA, WEBM];
const OTHER_FORMATS = [MPEG_TS, OGG, WAVE, FLAC, ADTS, MP3];
const CONTAINERS = new Map<InputFormat, Container>([
  [MATROSKA, 'matroska'],
  [WEBM, 'webm'],
  [MPEG_TS, 'mpegts'],
  [OGG, 'ogg'],
  [WAVE, 'wav'],
  [FLAC, 'flac'],
  [ADTS, 'adts'],
  [MP3, 'mp3'],
]);

const EBML_MAGIC = Buffer.of(0x1a, 0x45, 0xdf, 0xa3);

const CACHE_BYTES = 4 * 2 ** 20;
/** A cluster is read whole: what claims more than this is refused before it is allocated for long. */
const LARGEST_READ = 48 * 2 ** 20;
const PIECE_BYTES = 2 ** 20;

/**
 * Opens Matroska, WebM, MPEG-TS, Ogg, MP3, WAV, FLAC and ADTS files; null for all others and for those of whose tracks
 * this demuxer does not know every one. Rejects with `encrypted`, with the source's own problems, and when aborted.
 */
export async function openContainer(file: RandomAccess, signal: AbortSignal): Promise<OpenContainer | null> {
  signal.throwIfAborted();
  if (file.sizeBytes === 0) return null;
  const isMatroska = Buffer.from(await file.read(0, 4)).equals(EBML_MAGIC);
  const reader = openReader(file, isMatroska);
  const input = new Input({ formats: isMatroska ? MATROSKA_FORMATS : OTHER_FORMATS, source: reader.source });
  const close = () => {
    signal.removeEventListener('abort', close);
    input.dispose();
  };
  signal.addEventListener('abort', close, { once: true });
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      throw reader.failure() ?? asProblem(error);
    }
  };
  try {
    reader.limit(PROBE_BYTES);
    const opened = await openInput(input, file, attempt);
    if (!opened) {
      close();
      return null;
    }
    const container: OpenContainer = {
      ...opened,
      describe: () => describeContainer(container),
      limitReads: reader.limit,
      close,
    };
    return container;
  } catch (error) {
    close();
    signal.throwIfAborted();
    if (reader.failure()) throw reader.failure();
    if (error instanceof Problem && error.type === 'encrypted') throw error;
    // What this demuxer stumbles over may still be something that another one reads.
    return null;
  }
}

/** What opening a file may read at most: headers, the first packets, and a look at the end. */
const PROBE_BYTES = 16 * 2 ** 20;

type Attempt = <T>(work: () => Promise<T>) => Promise<T>;
type Opened = Pick<OpenContainer, 'container' | 'tracks' | 'others' | 'durationSeconds'>;

/** A source over our own reads: bounded in size and in sum, never retried, and the first failure is remembered. */
function openReader(file: RandomAccess, isMatroska: boolean) {
  const refuseStandstill = standstillGuard();
  let allowance = Number.POSITIVE_INFINITY;
  let failure: unknown = null;
  const readPiece = async (start: number, end: number): Promise<Uint8Array> => {
    allowance -= end - start;
    if (allowance < 0) throw new ReadLimit();
    try {
      const bytes = await file.read(start, end);
      if (bytes.length === end - start) return bytes;
      throw new Error(`A read of ${end - start} bytes at ${start} gave ${bytes.length}`);
    } catch (error) {
      failure ??= error;
      throw error;
    }
  };
  const source = new CustomSource({
    getSize: () => file.sizeBytes,
    read: (start, end) => {
      refuseStandstill(start);
      if (end - start > LARGEST_READ) {
        failure ??= unsupported('A single block of this file is too large to be read.');
        throw failure;
      }
      return end - start <= PIECE_BYTES ? readPiece(start, end) : pieces(readPiece, start, end);
    },
    // The Matroska demuxer goes round for ever where it looks for the next element in the last bytes of a damaged
    // file. Without its cache each round comes by here, and is seen; the blocks behind `file` are cached anyway.
    maxCacheSize: isMatroska ? 0 : CACHE_BYTES,
    prefetchProfile: isMatroska ? 'none' : 'fileSystem',
    // A failed read ahead: whoever needs those bytes asks again and meets the failure then.
    handleUnhandledError: () => {},
  });
  const limit = (bytes: number) => {
    allowance = bytes;
  };
  return { source, limit, failure: () => failure };
}

/** Throws when the same place is read over and over. */
function standstillGuard(): (start: number) => void {
  let last = -1;
  let repeats = 0;
  return (start) => {
    repeats = start === last ? repeats + 1 : 0;
    last = start;
    if (repeats > MOST_REPEATS) throw damaged('This file is damaged: what follows in it cannot be found.');
  };
}

const MOST_REPEATS = 100;

function asProblem(error: unknown): unknown {
  if (error instanceof Problem || error instanceof ReadLimit) return error;
  return damaged('This file is damaged: what it holds does not fit together.', { cause: error });
}

class ReadLimit extends Error {
  override readonly name = 'ReadLimit';
}

function pieces(read: (start: number, end: number) => Promise<Uint8Array>, start: number, end: number) {
  let at = start;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = Math.min(at + PIECE_BYTES, end);
        controller.enqueue(await read(at, next));
        at = next;
        if (at === end) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

async function openInput(input: Input, file: RandomAccess, attempt: Attempt): Promise<Opened | null> {
  if (!(await input.canRead())) return null;
  const container = CONTAINERS.get(await input.getFormat());
  if (!container) return null;
  const roster = await rosterOf(container, file);
  if (!roster) return null;
  const inputTracks = await input.getTracks();
  const origin = await originOf(container, inputTracks);
  const tracks: ContainerTrack[] = [];
  const others: UnreadTrack[] = [...roster.others];
  for (const [position, inputTrack] of inputTracks.entries()) {
    const known = roster.known.get(inputTrack.id);
    const header = {
      index: known?.index ?? position,
      language: known ? known.language : languageOf(await inputTrack.getLanguageCode()),
      isDefault: known?.isDefault ?? true,
    };
    const track = await readTrack(inputTrack, header, known?.matroska ?? null, origin, attempt);
    if (!track) return null;
    tracks.push(track);
  }
  for (const [id, known] of roster.known) {
    if (inputTracks.some((track) => track.id === id)) continue;
    const { index, language } = known;
    others.push({ index, language, isDefault: false, kind: 'unknown', codec: known.codec });
  }
  if (tracks.length === 0) return null;
  const durationSeconds = () => attempt(() => durationOf(input, container, file, origin, tracks));
  return { container, tracks: tracks.sort(byIndex), others: others.sort(byIndex), durationSeconds };
}

/**
 * Where the file's timeline begins. Clocks of transport streams start anywhere, and so do those of recordings that were
 * cut out of a longer one; a start of less than a second is an offset between tracks.
 */
async function originOf(container: Container, tracks: readonly InputTrack[]): Promise<number> {
  if (container !== 'mpegts' && container !== 'matroska' && container !== 'webm') return 0;
  let origin = Number.POSITIVE_INFINITY;
  for (const track of tracks) {
    const first = await new EncodedPacketSink(track).getFirstPacket({ metadataOnly: true }).catch(endAtLimit);
    if (first) origin = Math.min(origin, first.timestamp);
  }
  if (!Number.isFinite(origin)) return 0;
  return container === 'mpegts' || origin >= 1 ? origin : 0;
}

type Roster = { readonly known: Map<number, KnownTrack>; readonly others: readonly UnreadTrack[] };
type KnownTrack = {
  readonly index: number;
  readonly language: string | null;
  readonly isDefault: boolean;
  readonly codec: string;
  readonly matroska: MatroskaTrack | null;
};

/** All tracks of the file by the id that the demuxer gives them; null where it would miss a picture or a sound. */
async function rosterOf(container: Container, file: RandomAccess): Promise<Roster | null> {
  const known = new Map<number, KnownTrack>();
  const others: UnreadTrack[] = [];
  if (container === 'matroska' || container === 'webm') {
    for (const track of (await readMatroskaTracks(file)) ?? []) {
      if (track.isEncrypted) throw encrypted();
      const { index, codecId: codec, isDefault, isEnabled } = track;
      const language = languageOf(track.language);
      if (track.type === 'video' || track.type === 'audio') {
        if (track.isCompressed && isEnabled) return null;
        known.set(track.number, {
          index,
          language,
          codec,
          isDefault: isDefault && isEnabled,
          matroska: track,
        });
      } else {
        others.push({
          index,
          language,
          isDefault,
          codec,
          kind: track.type === 'subtitle' ? 'subtitle' : 'data',
        });
      }
    }
  }
  if (container === 'mpegts') {
    const map = await readProgramMap(file);
    if (!map || map.streams.some((stream) => stream.kind === 'unreadable')) return null;
    if (map.isScrambled) throw encrypted();
    for (const { index, pid, kind, codec, language: code } of map.streams) {
      const language = languageOf(code);
      if (kind === 'data') others.push({ index, language, isDefault: false, kind, codec });
      else known.set(pid, { index, language, codec, isDefault: true, matroska: null });
    }
  }
  if (container === 'ogg' && (await readOggCodecs(file)).includes('other')) return null;
  return { known, others };
}

async function readTrack(
  inputTrack: InputTrack,
  header: Pick<ContainerTrack, 'index' | 'language' | 'isDefault'>,
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
  };
  return inputTrack.isVideoTrack()
    ? readVideoTrack(inputTrack, common, matroska)
    : readAudioTrack(inputTrack, common);
}

type Common = Pick<
  ContainerTrack,
  | 'index'
  | 'language'
  | 'isDefault'
  | 'codecString'
  | 'configuration'
  | 'resolutionSeconds'
  | 'codecDelaySeconds'
  | 'packets'
>;

const VIDEO_CODECS: Readonly<Record<string, VideoCodec>> = {
  avc: 'h264',
  hevc: 'hevc',
  vp8: 'vp8',
  vp9: 'vp9',
  av1: 'av1',
};

async function readVideoTrack(track: InputVideoTrack, common: Common, matroska: MatroskaTrack | null) {
  const codec = VIDEO_CODECS[(await track.getCodec()) ?? ''];
  if (!codec) return null;
  const mirrored = await track.getFlip();
  const rotation = await track.getRotation();
  const nanoseconds = matroska?.defaultDurationNanoseconds ?? null;
  return {
    ...common,
    kind: 'video' as const,
    codec,
    codedWidth: await track.getCodedWidth(),
    codedHeight: await track.getCodedHeight(),
    squareWidth: await track.getSquarePixelWidth(),
    squareHeight: await track.getSquarePixelHeight(),
    // The demuxer mirrors after the turn, `Media` before it: the turn then goes the other way.
    rotation: (mirrored ? (360 - rotation) % 360 : rotation) as 0 | 90 | 180 | 270,
    mirrored,
    colour: colourOf(await track.getColorSpace()),
    declaredFrameRate: nanoseconds ? { numerator: 1e9, denominator: nanoseconds, constant: true } : null,
    declaredInterlaced: matroska?.isInterlaced ?? false,
  };
}

/** ITU-T H.273's numbers for the names that WebCodecs gives them. */
const PRIMARIES: Readonly<Record<string, number>> = {
  bt709: 1,
  bt470bg: 5,
  smpte170m: 6,
  bt2020: 9,
  smpte432: 12,
};
const TRANSFERS: Readonly<Record<string, number>> = {
  bt709: 1,
  smpte170m: 6,
  linear: 8,
  'iec61966-2-1': 13,
  pq: 16,
  hlg: 18,
};
const MATRICES: Readonly<Record<string, number>> = {
  rgb: 0,
  bt709: 1,
  bt470bg: 5,
  smpte170m: 6,
  'bt2020-ncl': 9,
};

function colourOf({ primaries, transfer, matrix, fullRange }: VideoColorSpaceInit): Colour | null {
  if (!primaries && !transfer && !matrix) return null;
  return {
    primaries: PRIMARIES[primaries ?? ''] ?? 2,
    transfer: TRANSFERS[transfer ?? ''] ?? 2,
    matrix: MATRICES[matrix ?? ''] ?? 2,
    isFullRange: fullRange ?? false,
  };
}

async function readAudioTrack(track: InputAudioTrack, common: Common) {
  const name = await track.getCodec();
  if (!name) return null;
  const first = name === 'mp3' ? await new EncodedPacketSink(track).getFirstPacket() : null;
  return {
    ...common,
    kind: 'audio' as const,
    codec: first && !isLayer3(first.data) ? ('other' as const) : audioCodec(name),
    channels: await track.getNumberOfChannels(),
    sampleRate: await track.getSampleRate(),
  };
}

const AUDIO_CODECS: readonly AudioCodec[] = ['aac', 'mp3', 'opus', 'vorbis', 'flac', 'ac3', 'eac3', 'dts'];

function audioCodec(name: string): AudioCodec {
  if (name.startsWith('pcm-') || name === 'ulaw' || name === 'alaw') return 'pcm';
  return AUDIO_CODECS.find((codec) => codec === name) ?? 'other';
}

async function* packetsOf(
  track: InputTrack,
  origin: number,
  fromSeconds: number | undefined,
  attempt: Attempt,
): AsyncGenerator<ContainerPacket, void, void> {
  const sink = new EncodedPacketSink(track);
  // The container's flags mark open GOPs as keys too; players can only start at what the bitstream says is one.
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

function endAtLimit(error: unknown): null {
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

async function durationOf(
  input: Input,
  container: Container,
  file: RandomAccess,
  origin: number,
  tracks: readonly ContainerTrack[],
): Promise<number | null> {
  const declared = await input.getDurationFromMetadata();
  if (container === 'wav') return declared === null ? null : wavDuration(declared, file, tracks);
  if (container === 'mp3' && !(await hasFrameCount(file)) && !(await hasConstantBitrate(tracks))) {
    // The demuxer supposed a constant bitrate.
    return file.sizeBytes > WALK_BYTES ? null : measuredDuration(input, 0);
  }
  // A FLAC file that keeps its length to itself may change its sample rate on the way.
  if (declared !== null && declared > origin) return declared - origin;
  if (declared !== null || container === 'flac') return declared;
  if (container === 'adts' && file.sizeBytes > WALK_BYTES) return null;
  return measuredDuration(input, origin);
}

async function measuredDuration(input: Input, origin: number): Promise<number | null> {
  try {
    const seconds = (await input.computeDuration()) - origin;
    return seconds > 0 ? seconds : null;
  } catch (error) {
    if (error instanceof ReadLimit) return null;
    throw error;
  }
}

/** MPEG audio without an index has to be walked frame by frame, a tenth of a second of CPU for each megabyte. */
const WALK_BYTES = 4 * 2 ** 20;

async function hasConstantBitrate(tracks: readonly ContainerTrack[]): Promise<boolean> {
  const bitrates = new Set<number>();
  let frames = 0;
  for await (const packet of tracks[0]?.packets() ?? []) {
    bitrates.add((packet.data[2] ?? 0) >> 4);
    if (++frames === 200) break;
  }
  return bitrates.size <= 1;
}

/** The header of a recording that was cut off promises more than the file holds. */
async function wavDuration(declared: number, file: RandomAccess, tracks: readonly ContainerTrack[]) {
  for await (const packet of tracks[0]?.packets() ?? []) {
    if (packet.durationSeconds <= 0) break;
    return Math.min(declared, (file.sizeBytes * packet.durationSeconds) / packet.data.length);
  }
  return declared;
}

function languageOf(code: string | null): string | null {
  return code && code !== 'und' && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(code) ? code : null;
}

function bytesOf(data: ArrayBufferLike | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

function byIndex(a: { readonly index: number }, b: { readonly index: number }): number {
  return a.index - b.index;
}
