import {
  ADTS,
  CustomSource,
  type CustomSourceOptions,
  EncodedPacketSink,
  FLAC,
  Input,
  type InputFormat,
  type InputTrack,
  Logging,
  LogLevel,
  MATROSKA,
  MP3,
  MPEG_TS,
  OGG,
  WAVE,
  WEBM,
} from 'mediabunny';
import { onAbort } from '../../base/on-abort.ts';
import { damaged, Problem } from '../../base/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import type { ContainerPacket, ContainerTrack, OpenContainer, UnreadTrack } from '../model/container.ts';
import { CONTAINERS, type Container } from '../model/containers.ts';
import { knownLanguage } from '../model/language.ts';
import { type BoundedReads, boundedReads, ReadLimit } from './bounded-reads.ts';
import { describeContainer } from './describe-container.ts';
import { hasConstantBitrate, WALK_BYTES, wavDuration } from './duration.ts';
import { type Attempt, endAtLimit, readTrack } from './mediabunny-track.ts';
import { hasFrameCount } from './mp3.ts';
import { readRoster } from './track-list.ts';

// It would print about files, which the caller reports in its own words.
Logging.level = LogLevel.Silent;

const MATROSKA_FORMATS = [MATROSKA, WEBM];
const OTHER_FORMATS = [MPEG_TS, OGG, WAVE, FLAC, MP3];
const DEMUXERS = {
  matroska: MATROSKA,
  webm: WEBM,
  mpegts: MPEG_TS,
  ogg: OGG,
  wav: WAVE,
  flac: FLAC,
  adts: ADTS,
  mp3: MP3,
} satisfies Record<Demuxed, InputFormat>;
type Demuxed = {
  [Name in Container]: (typeof CONTAINERS)[Name]['reader'] extends 'mediabunny' ? Name : never;
}[Container];
const CONTAINER_OF = new Map<InputFormat, Demuxed>(
  (Object.keys(DEMUXERS) as Demuxed[]).map((container) => [DEMUXERS[container], container]),
);

const CACHE_BYTES = 4 * 2 ** 20;

/**
 * Opens Matroska, WebM, MPEG-TS, Ogg, MP3, WAV, FLAC and ADTS files; null for all others, and for files with
 * a track that this demuxer does not know. Rejects with `encrypted`, with the source's own problems, and when
 * aborted.
 */
export async function openContainer(file: RandomAccess, signal: AbortSignal): Promise<OpenContainer | null> {
  signal.throwIfAborted();
  if (file.sizeBytes === 0) return null;
  const [magic] = CONTAINERS.matroska.magic;
  const head = Buffer.from(await file.read(0, magic.length));
  const isMatroska = head.toString('latin1') === magic;
  const reads = boundedReads(file, signal);
  reads.limit(PROBE_BYTES);
  const input =
    (await readable(isMatroska ? MATROSKA_FORMATS : [ADTS], uncached(file, reads))) ??
    (isMatroska ? null : await readable(OTHER_FORMATS, cached(file, reads)));
  signal.throwIfAborted();
  if (input === null) {
    if (reads.failure()) throw reads.failure();
    return null;
  }
  const release = onAbort(signal, () => input.dispose());
  const close = () => {
    release();
    input.dispose();
  };
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      throw reads.failure() ?? damageOf(error);
    }
  };
  try {
    const opened = await openInput(input, file, attempt);
    if (!opened) {
      close();
      return null;
    }
    const container: OpenContainer = {
      ...opened,
      describe: () => describeContainer(container),
      limitReads: reads.limit,
      close,
    };
    return container;
  } catch (error) {
    close();
    signal.throwIfAborted();
    if (reads.failure()) throw reads.failure();
    if (error instanceof Problem && error.type === 'encrypted') throw error;
    // A file on which this demuxer fails may still be readable by another one.
    return null;
  }
}

/** Most bytes that opening a file may read: headers, the first packets, and a look at the end. */
const PROBE_BYTES = 16 * 2 ** 20;

type Opened = Omit<OpenContainer, 'describe' | 'limitReads' | 'close'>;

async function readable(formats: InputFormat[], source: CustomSource): Promise<Input | null> {
  const input = new Input({ formats, source });
  if (await input.canRead().catch(() => false)) return input;
  input.dispose();
  return null;
}

/**
 * Reads without the demuxer's cache. Its Matroska demuxer loops for ever when it looks for the next element
 * in the last bytes of a damaged file, and that of ADTS at a frame that claims no length: the whole process
 * would hang. Without the cache each round passes our reads, and is noticed; the blocks behind `file` are
 * cached anyway.
 */
export function uncached(file: RandomAccess, reads: BoundedReads): CustomSource {
  return sourceOf(file, reads, { maxCacheSize: 0, prefetchProfile: 'none' });
}

function cached(file: RandomAccess, reads: BoundedReads): CustomSource {
  return sourceOf(file, reads, { maxCacheSize: CACHE_BYTES, prefetchProfile: 'fileSystem' });
}

function sourceOf(
  file: RandomAccess,
  { read }: BoundedReads,
  options: Pick<CustomSourceOptions, 'maxCacheSize' | 'prefetchProfile'>,
): CustomSource {
  return new CustomSource({
    ...options,
    getSize: () => file.sizeBytes,
    read,
    // A failed read-ahead: a later read of those bytes meets the failure.
    handleUnhandledError: () => {},
  });
}

function damageOf(error: unknown): unknown {
  if (error instanceof Problem || error instanceof ReadLimit) return error;
  return damaged('This file is damaged: its parts do not fit together.', { cause: error });
}

async function openInput(input: Input, file: RandomAccess, attempt: Attempt): Promise<Opened | null> {
  const container = CONTAINER_OF.get(await input.getFormat());
  if (!container) return null;
  const roster = await readRoster(container, file);
  if (!roster) return null;
  const inputTracks = await input.getTracks();
  const origin = await originOf(container, inputTracks);
  const tracks: ContainerTrack[] = [];
  const others: UnreadTrack[] = [...roster.others];
  const counts = { video: 0, audio: 0 };
  for (const [position, inputTrack] of inputTracks.entries()) {
    const known = roster.known.get(inputTrack.id);
    const ordinal = inputTrack.isVideoTrack() ? `V:${counts.video++}` : `a:${counts.audio++}`;
    const header = {
      index: known?.index ?? position,
      stream: known?.stream ?? ordinal,
      language: known ? known.language : knownLanguage(await inputTrack.getLanguageCode()),
      isDefault: known?.isDefault ?? true,
    };
    const track = await readTrack(inputTrack, header, known?.matroska ?? null, origin, attempt);
    if (!track) return null;
    tracks.push(
      container === 'mpegts' && roster.isCutOff ? { ...track, packets: withoutLast(track.packets) } : track,
    );
  }
  for (const [id, known] of roster.known) {
    if (inputTracks.some((track) => track.id === id)) continue;
    const { index, stream, language } = known;
    others.push({ index, stream, language, isDefault: false, kind: 'unknown', codec: known.codec });
  }
  if (tracks.length === 0) return null;
  const durationSeconds = () => attempt(() => durationOf(input, container, file, origin, tracks));
  const { isCutOff } = roster;
  return {
    container,
    tracks: tracks.sort(byIndex),
    others: others.sort(byIndex),
    isCutOff,
    originSeconds: origin,
    durationSeconds,
  };
}

/**
 * Finds the origin of the file's timeline. Clocks of transport streams start anywhere, and so do those of
 * recordings that were cut out of a longer one; a start of less than a second is an offset between tracks.
 */
async function originOf(container: Container, tracks: readonly InputTrack[]): Promise<number> {
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

async function durationOf(
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

/**
 * Omits a stream's last packet, which ends only with the file: in a file that is cut off, the packet is as
 * well.
 */
function withoutLast(packets: ContainerTrack['packets']): ContainerTrack['packets'] {
  return async function* (fromSeconds) {
    let held: ContainerPacket | null = null;
    for await (const packet of packets(fromSeconds)) {
      if (held) yield held;
      held = packet;
    }
  };
}

function byIndex(a: { readonly index: number }, b: { readonly index: number }): number {
  return a.index - b.index;
}
