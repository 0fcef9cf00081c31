import type { RandomAccess } from '../../source/bytes.ts';

/** One of several recordings that an Ogg file holds in a row (RFC 3533 §4, "chaining"). */
type Link = { readonly serial: number; readonly rate: number; readonly skipped: number };

const LOOK_BYTES = 192 * 1024;
const MOST_LINKS = 64;

type Page = {
  readonly at: number;
  readonly serial: number;
  readonly granule: bigint;
  readonly payload: Buffer;
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
  if (head[0] === undefined || end === undefined || head[0].serial === end.serial) return null;
  let seconds = 0;
  let first: Page | undefined = head[0];
  for (let links = 0; links < MOST_LINKS && first !== undefined; links++) {
    const link = linkOf(first);
    if (link === null) return null;
    const { last, next } = await endOfLink(file, first);
    seconds += Math.max(0, (Number(last.granule) - link.skipped) / link.rate);
    first = next;
  }
  return first === undefined ? seconds : null;
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

const look = (file: RandomAccess, start: number) => file.read(start, start + LOOK_BYTES);

function pagesIn(view: Uint8Array, position: number): Page[] {
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  const pages: Page[] = [];
  let at = bytes.indexOf('OggS', 0, 'latin1');
  while (at >= 0 && at + 27 <= bytes.length) {
    const segments = bytes[at + 26] ?? 0;
    const start = at + 27 + segments;
    const end = start + bytes.subarray(at + 27, start).reduce((sum, length) => sum + length, 0);
    const payload = bytes.subarray(start, end);
    const about = { serial: bytes.readUInt32LE(at + 14), granule: bytes.readBigInt64LE(at + 6) };
    pages.push({ at: position + at, ...about, payload });
    at = end <= bytes.length ? bytes.indexOf('OggS', end, 'latin1') : -1;
  }
  return pages;
}

/**
 * Reads the first packet: Opus counts at 48 kHz and skips (RFC 7845 §5.1), Vorbis and FLAC name their rates.
 */
function linkOf({ serial, payload }: Page): Link | null {
  if (payload.toString('latin1', 0, 8) === 'OpusHead') {
    return { serial, rate: 48_000, skipped: payload.readUInt16LE(10) };
  }
  if (payload.toString('latin1', 0, 7) === '\x01vorbis') return linkAt(serial, payload.readUInt32LE(12));
  if (payload.toString('latin1', 0, 5) === '\x7fFLAC') return linkAt(serial, payload.readUIntBE(27, 3) >> 4);
  return null;
}

const linkAt = (serial: number, rate: number): Link | null =>
  rate > 0 ? { serial, rate, skipped: 0 } : null;
