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
import type { RandomAccess } from '../../source/bytes.ts';
import { CONTAINERS, type Container } from '../model/containers.ts';
import type { BoundedReads } from './bounded-reads.ts';

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
