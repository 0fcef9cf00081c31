import type { RandomAccess } from '../../source/bytes.ts';
import { flacSamples, opusSamples } from '../codecs/audio-frames.ts';

/** One of several recordings that an Ogg file holds in a row (RFC 3533 §4, "chaining"). */
type Link = {
  readonly rate: number;
  /** Samples that its decoder drops. */
  readonly skipped: number;
  /** Returns the samples of its first packets of audio. */
  samples(packets: readonly Uint8Array[]): number;
};

const LOOK_BYTES = 192 * 1024;
const MOST_LINKS = 64;

type Page = {
  readonly at: number;
  /** It begins a link. */
  readonly isFirst: boolean;
  readonly serial: number;
  readonly granule: bigint;
  /** Those that end in it. */
  readonly packets: readonly Buffer[];
};

/**
 * Sums the recordings of a chained Ogg file, in seconds; null if there is only one, or if several audio
 * streams run at a time.
 */
export async function chainedOggSeconds(file: RandomAccess): Promise<number | null> {
  const { sizeBytes } = file;
  const head = pagesIn(await look(file, 0), 0);
  const tail = pagesIn(
    await look(file, Math.max(0, sizeBytes - LOOK_BYTES)),
    Math.max(0, sizeBytes - LOOK_BYTES),
  );
  const end = tail.at(-1);
  if (head[0] === undefined || end === undefined) return null;
  if (file.sizeBytes <= MOST_WALKED_BYTES) return walkedSeconds(await file.read(0, file.sizeBytes));
  if (head[0].serial === end.serial) return null;
  let seconds = 0;
  let first: Page | undefined = head[0];
  for (let links = 0; links < MOST_LINKS && first !== undefined; links++) {
    const link = linkOf(first);
    if (link === null) return null;
    const { last, next } = await endOfLink(file, first);
    seconds += secondsOf(link, pagesIn(await look(file, first.at), first.at), last);
    first = next;
  }
  return first === undefined ? seconds : null;
}

/**
 * Tells whether another recording follows the first one in an Ogg file, whatever these hold: by its last stream, or in a
 * short file by any that begins behind others.
 */
export async function isChainedOgg(file: RandomAccess): Promise<boolean> {
  const { sizeBytes } = file;
  const isShort = sizeBytes <= MOST_WALKED_BYTES;
  const head = pagesIn(isShort ? await file.read(0, sizeBytes) : await look(file, 0), 0);
  const begun = head.findIndex(({ isFirst }) => !isFirst);
  if (begun < 0) return false;
  if (isShort) return head.slice(begun).some(({ isFirst }) => isFirst);
  const tailAt = Math.max(0, sizeBytes - LOOK_BYTES);
  const last = pagesIn(await look(file, tailAt), tailAt).at(-1);
  return last !== undefined && head.slice(0, begun).every(({ serial }) => serial !== last.serial);
}

/** One file joined with itself has links of one serial number, whose ends no look finds. */
const MOST_WALKED_BYTES = 4_000_000;

/** Sums the recordings of a file that is known whole; null as above. */
function walkedSeconds(bytes: Uint8Array): number | null {
  const pages = pagesIn(bytes, 0);
  const starts = [...pages.keys()].filter((i) => pages[i]?.isFirst);
  if (starts.length < 2 || starts.length > MOST_LINKS) return null;
  let seconds = 0;
  for (const [i, start] of starts.entries()) {
    const own = pages.slice(start, starts[i + 1]);
    const [first] = own;
    const link = first ? linkOf(first) : null;
    const last = own.findLast(({ granule }) => granule >= 0n);
    if (link === null || last === undefined || own.some(({ serial }) => serial !== last.serial)) return null;
    seconds += secondsOf(link, own, last);
  }
  return seconds;
}

function secondsOf({ samples, skipped, rate }: Link, pages: readonly Page[], last: Page): number {
  // Its first sample is not at 0 in a recording that was cut out of a longer one.
  const page = pages.find(({ serial, granule }) => serial === last.serial && granule > 0n);
  const start = page === undefined ? 0 : Math.max(0, Number(page.granule) - samples(page.packets));
  return Math.max(0, (Number(last.granule) - start - skipped) / rate);
}

/** Finds its last page, and the first page of the next link. */
async function endOfLink(file: RandomAccess, first: Page): Promise<{ last: Page; next: Page | undefined }> {
  let [low, high] = [first.at, file.sizeBytes];
  while (high - low > LOOK_BYTES / 2) {
    const middle = low + Math.floor((high - low) / 2);
    const [page] = pagesIn(await look(file, middle), middle);
    if (page?.serial === first.serial) low = page.at;
    else high = middle;
  }
  const pages = pagesIn(await look(file, low), low);
  const last = pages.findLast(({ serial, granule }) => serial === first.serial && granule >= 0n) ?? first;
  return { last, next: pages.find(({ at, serial }) => at > last.at && serial !== first.serial) };
}

/** Of a page's flags (RFC 3533 §6). */
const BEGINS_STREAM = 2;

const look = (file: RandomAccess, start: number) => file.read(start, start + LOOK_BYTES);

function pagesIn(view: Uint8Array, position: number): Page[] {
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  const pages: Page[] = [];
  let at = bytes.indexOf('OggS', 0, 'latin1');
  while (at >= 0 && at + 27 <= bytes.length) {
    const start = at + 27 + (bytes[at + 26] ?? 0);
    const segments = bytes.subarray(at + 27, start);
    const end = start + segments.reduce((sum, length) => sum + length, 0);
    const packets = packetsIn(segments, bytes.subarray(start, end));
    const about = { serial: bytes.readUInt32LE(at + 14), granule: bytes.readBigInt64LE(at + 6) };
    const isFirst = ((bytes[at + 5] ?? 0) & BEGINS_STREAM) !== 0;
    pages.push({ at: position + at, isFirst, ...about, packets });
    at = end <= bytes.length ? bytes.indexOf('OggS', end, 'latin1') : -1;
  }
  return pages;
}

/** Splits a page into the packets that end in it: a segment of less than 255 bytes is the last of one (RFC 3533 §6). */
function packetsIn(segments: Uint8Array, payload: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  let [start, end] = [0, 0];
  for (const bytes of segments) {
    end += bytes;
    if (bytes === 255) continue;
    packets.push(payload.subarray(start, end));
    start = end;
  }
  return packets;
}

/**
 * Reads the first packet: Opus counts at 48 kHz and skips (RFC 7845 §5.1), Vorbis and FLAC name their rates.
 */
function linkOf({ packets: [packet = Buffer.alloc(0)] }: Page): Link | null {
  const sum = (samplesOf: (packet: Uint8Array) => number | null) => (packets: readonly Uint8Array[]) =>
    packets.reduce((samples, each) => samples + (samplesOf(each) ?? 0), 0);
  if (packet.length < LEAST_HEAD_BYTES) return null;
  if (packet.toString('latin1', 0, 8) === 'OpusHead') {
    return { rate: 48_000, skipped: packet.readUInt16LE(10), samples: sum(opusSamples) };
  }
  if (packet.length < 30) return null;
  if (packet.toString('latin1', 0, 7) === '\x01vorbis') {
    // Each packet but the first completes half a block; most blocks are long ones (Vorbis I §4.3.8).
    const half = 2 ** ((packet[28] ?? 0) >> 4) / 2;
    return linkAt(packet.readUInt32LE(12), (packets) => (packets.length - 1) * half);
  }
  if (packet.toString('latin1', 0, 5) === '\x7fFLAC')
    return linkAt(packet.readUIntBE(27, 3) >> 4, sum(flacSamples));
  return null;
}

/** Of Opus; those of Vorbis and FLAC have 30 and 51. */
const LEAST_HEAD_BYTES = 19;

const linkAt = (rate: number, samples: Link['samples']): Link | null =>
  rate > 0 ? { rate, skipped: 0, samples } : null;
