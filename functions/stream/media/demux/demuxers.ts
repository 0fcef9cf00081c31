import { setImmediate } from 'node:timers/promises';
import {
  ADTS,
  CustomSource,
  type CustomSourceOptions,
  FLAC,
  Input,
  type InputFormat,
  Logging,
  LogLevel,
  MATROSKA,
  MP3,
  MPEG_TS,
  OGG,
  WAVE,
  WEBM,
} from 'mediabunny';
import { damaged, unsupported } from '../../base/problem.ts';
import type { RandomAccess } from '../../source/bytes.ts';
import { CONTAINERS, type Container } from '../model/containers.ts';

/** What a file is read with, and until when. */
export type Reading = { readonly file: RandomAccess; readonly signal: AbortSignal };

export type BoundedReads = {
  /** Reads exactly `[start, end)`, in several chunks if that is long. */
  read(start: number, end: number): Promise<Uint8Array> | ReadableStream<Uint8Array>;
  /** Sets how many more bytes may be read; a read beyond fails with `ReadLimit`. */
  limit(bytes: number): void;
  /**
   * Returns the first failure of a read, which a demuxer may have turned into another error; null if none.
   */
  failure(): unknown;
  /** True if a read has failed, at the limit as well: what the demuxer has begun then stays unfinished. */
  hasStopped(): boolean;
};

/**
 * Reads for a demuxer that trusts what files claim: bounded in size and in sum, never retried, ended by the
 * signal of `reading`, whose members may be exchanged.
 */
export function boundedReads(reading: Reading): BoundedReads {
  const refuseStandstill = standstillGuard();
  let allowance = Number.POSITIVE_INFINITY;
  let failure: unknown = null;
  let hasMetLimit = false;
  let count = 0;
  const readPart = async (start: number, end: number): Promise<Uint8Array> => {
    // Cached bytes come without a turn of the event loop, so that no time limit would ever take effect.
    if (++count % READS_A_TURN === 0) await setImmediate();
    reading.signal.throwIfAborted();
    allowance -= end - start;
    if (allowance < 0) {
      hasMetLimit = true;
      throw new ReadLimit();
    }
    try {
      const bytes = await reading.file.read(start, end);
      if (bytes.length === end - start) return bytes;
      throw new Error(`A read of ${end - start} bytes at ${start} gave ${bytes.length}`);
    } catch (error) {
      failure ??= error;
      throw error;
    }
  };
  return {
    read(start, end) {
      refuseStandstill(start);
      if (end - start > LARGEST_READ) {
        failure ??= unsupported('A single block of this file is too large to be read.');
        throw failure;
      }
      return end - start <= PART_BYTES ? readPart(start, end) : inParts(readPart, start, end);
    },
    limit(bytes) {
      allowance = bytes;
    },
    failure: () => failure,
    hasStopped: () => hasMetLimit || failure !== null,
  };
}

export class ReadLimit extends Error {
  override readonly name = 'ReadLimit';
}

/** A cluster is read whole: a larger claim is refused before it is allocated for long. */
const LARGEST_READ = 48 * 2 ** 20;
const PART_BYTES = 2 ** 20;
const READS_A_TURN = 500;
const MOST_REPEATS = 100;

/** Throws if the same place is read over and over. */
function standstillGuard(): (start: number) => void {
  let last = -1;
  let repeats = 0;
  return (start) => {
    repeats = start === last ? repeats + 1 : 0;
    last = start;
    if (repeats > MOST_REPEATS) throw damaged('This file is damaged: its next part cannot be found.');
  };
}

function inParts(read: (start: number, end: number) => Promise<Uint8Array>, start: number, end: number) {
  let at = start;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = Math.min(at + PART_BYTES, end);
        controller.enqueue(await read(at, next));
        at = next;
        if (at === end) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

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

/** Returns the container that a demuxer reads; undefined for those that are not used here. */
export function containerOf(format: InputFormat): Demuxed | undefined {
  return CONTAINER_OF.get(format);
}

/** Opens the demuxer that knows a file by its beginning; null if none does. */
export async function openDemuxer(file: RandomAccess, reads: BoundedReads): Promise<Input | null> {
  const [magic] = CONTAINERS.matroska.magic;
  const head = Buffer.from(await file.read(0, magic.length));
  if (head.toString('latin1') === magic) return readable(MATROSKA_FORMATS, uncached(file, reads));
  return (await readable([ADTS], uncached(file, reads))) ?? readable(OTHER_FORMATS, cached(file, reads));
}

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
