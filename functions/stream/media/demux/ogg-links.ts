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
/** The longest page and the header of the next one (RFC 3533 §6). */
const PAGE_BYTES = 27 + 255 + 255 * 255 + 27;
const MOST_LINKS = 64;

type Page = {
  readonly at: number;
  /** It begins a link. */
  readonly isFirst: boolean;
  readonly serial: number;
  /** Its place in its stream. */
  readonly number: number;
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
  const [first] = head;
  if (first === undefined || end === undefined) return null;
  if (sizeBytes <= MOST_WALKED_BYTES) return walkedSeconds(await file.read(0, sizeBytes));
  // Those of the headers tell little.
  const usual = Math.max(
    ...[head.slice(2), tail].map((pages) => rateOf(pages[0] ?? first, pages.at(-1) ?? end)),
  );
  const starts = [first, ...(await startsBehind(file, head, end, usual))];
  if (starts.length < 2 || starts.length > MOST_LINKS) return null;
  let seconds = 0;
  for (const [i, start] of starts.entries()) {
    const link = linkOf(start);
    const until = starts[i + 1]?.at ?? sizeBytes;
    const last = await lastPage(file, start, until);
    if (link === null || last === undefined) return null;
    const pages = pagesIn(await file.read(start.at, Math.min(until, start.at + LOOK_BYTES)), start.at);
    seconds += secondsOf(link, pages, last);
  }
  return seconds;
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

/** A file that is read whole. */
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

/** The last page of a link that tells a time. */
async function lastPage(file: RandomAccess, { at, serial }: Page, until: number): Promise<Page | undefined> {
  const from = Math.max(at, until - LOOK_BYTES);
  const pages = pagesIn(await file.read(from, until), from);
  return pages.findLast((page) => page.serial === serial && page.granule >= 0n);
}

/** Parts of a file in which the numbers of pages are looked at. */
const PARTS = 4;
/** With fewer of the pages that are usual, the second of two pages may belong to another link, whose numbers have come further. */
const LEAST_SHARE = 0.85;
const MOST_DOUBTS = 12;
/** Those that are read for it: numbers of pages may fall everywhere. */
const MOST_SOUGHT_BYTES = 64 * 2 ** 20;

/**
 * Finds the first pages of the links behind the first one: pages are numbered in each, and have another stream's serial
 * number, if the file was not joined with itself, or with others of a program that numbers all streams alike. None if
 * that takes too many bytes.
 */
async function startsBehind(
  file: RandomAccess,
  head: readonly Page[],
  end: Page,
  usual: number,
): Promise<Page[]> {
  const starts = head.slice(1).filter(({ isFirst }) => isFirst);
  let soughtBytes = 0;
  const pagesFrom = async (at: number, bytes: number) => {
    soughtBytes += bytes;
    return pagesIn(await file.read(at, at + bytes), at);
  };
  const pageBehind = async (at: number) => (await pagesFrom(at, PAGE_BYTES))[0];
  const seen = head.slice(-1);
  for (const place of placesIn(file.sizeBytes)) {
    const page = await pageBehind(place);
    if (page !== undefined) seen.push(page);
  }
  seen.push(end);
  let doubts = MOST_DOUBTS;

  async function search(before: Page, after: Page): Promise<void> {
    const rate = rateOf(before, after);
    if (starts.length > MOST_LINKS || soughtBytes > MOST_SOUGHT_BYTES) return;
    if (rate > 0 && (rate >= usual * LEAST_SHARE || doubts-- <= 0)) return;
    if (after.at - before.at <= LOOK_BYTES) {
      const pages = await pagesFrom(before.at, LOOK_BYTES);
      starts.push(...pages.filter(({ isFirst, at }) => isFirst && at > before.at && at < after.at));
      return;
    }
    const middle = await pageBehind(before.at + Math.floor((after.at - before.at) / 2));
    if (middle === undefined || middle.at >= after.at) return;
    await search(before, middle);
    if (middle.isFirst) starts.push(middle);
    await search(middle, after);
  }

  for (const [i, page] of seen.entries()) {
    const before = seen[i - 1];
    if (before === undefined || before.at >= page.at) continue;
    await search(before, page);
    if (page.isFirst) starts.push(page);
  }
  return soughtBytes > MOST_SOUGHT_BYTES ? [] : starts;
}

/** Returns places for looks, which rise: close to the beginning, where a short first link is a large share, they are many. */
function placesIn(sizeBytes: number): number[] {
  const places: number[] = [];
  for (let part = PARTS - 1; part > 0; part--) places.unshift(Math.floor((sizeBytes * part) / PARTS));
  for (let place = sizeBytes / PARTS / 2; place > LOOK_BYTES; place /= 2) places.unshift(Math.floor(place));
  return places;
}

/** Pages for each byte between two of one stream; 0 or less if they are of two links, or are one. */
function rateOf(before: Page, after: Page): number {
  return before.serial === after.serial
    ? (after.number - before.number) / Math.max(1, after.at - before.at)
    : 0;
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
    const isFirst = ((bytes[at + 5] ?? 0) & BEGINS_STREAM) !== 0;
    const [serial, number] = [bytes.readUInt32LE(at + 14), bytes.readUInt32LE(at + 18)];
    const granule = bytes.readBigInt64LE(at + 6);
    pages.push({ at: position + at, isFirst, serial, number, granule, packets });
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
