import { damaged } from '../../base/problem.ts';
import { crc32FromHighest } from '../codecs/crc32.ts';
import type { Tags } from '../model/tags.ts';
import { opusComments } from './vorbis-comments.ts';

const PAGE_HEAD_BYTES = 27;
const MOST_SEGMENTS = 255;
const SEGMENT_BYTES = 255;
/** No packet ends on a page of this position (RFC 3533 §6). */
const NO_PACKET = -1n;
const CONTINUED = 1;

/**
 * Puts comments in the place of those of an Ogg Opus file with one stream: its second packet. All pages behind it are
 * counted anew. Fails as `chunks` do, and with `damaged-media` for other pages.
 */
export async function* oggWithTags(
  chunks: AsyncIterable<Uint8Array>,
  tags: Tags,
): AsyncGenerator<Uint8Array, void, void> {
  const packet = Buffer.concat([Buffer.from('OpusTags', 'latin1'), opusComments(tags)]);
  let stage: 'head' | 'tags' | 'audio' = 'head';
  let sequence = 0;
  for await (const page of pagesOf(chunks)) {
    if (stage === 'tags') {
      // The packet of the encoder may go on.
      if (page.lacing.at(-1) === SEGMENT_BYTES) continue;
      for (const written of pagesWith(packet, page.serial, sequence)) {
        sequence++;
        yield written;
      }
      stage = 'audio';
      continue;
    }
    if (page.bytes.readUInt32LE(18) !== sequence) {
      page.bytes.writeUInt32LE(sequence, 18);
      sign(page.bytes);
    }
    sequence++;
    if (stage === 'head') stage = 'tags';
    yield page.bytes;
  }
}

type Page = { readonly bytes: Buffer; readonly lacing: Buffer; readonly serial: number };

async function* pagesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Page, void, void> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const segments = rest[PAGE_HEAD_BYTES - 1];
      if (segments === undefined || rest.length < PAGE_HEAD_BYTES + segments) break;
      if (rest.toString('latin1', 0, 4) !== 'OggS') throw damaged('The encoder wrote pages of another kind.');
      const lacing = rest.subarray(PAGE_HEAD_BYTES, PAGE_HEAD_BYTES + segments);
      const end = PAGE_HEAD_BYTES + segments + lacing.reduce((sum, length) => sum + length, 0);
      if (rest.length < end) break;
      yield { bytes: rest.subarray(0, end), lacing, serial: rest.readUInt32LE(14) };
      rest = rest.subarray(end);
    }
  }
  if (rest.length > 0) throw damaged('The encoder wrote a page that is cut off.');
}

/** Lays a packet out on pages of its own. */
function* pagesWith(packet: Buffer, serial: number, first: number): Generator<Buffer, void, void> {
  const mostBytes = MOST_SEGMENTS * SEGMENT_BYTES;
  for (let at = 0, sequence = first; at <= packet.length; at += mostBytes, sequence++) {
    const body = packet.subarray(at, at + mostBytes);
    const isLast = body.length < mostBytes;
    const whole = Math.floor(body.length / SEGMENT_BYTES);
    const lacing = [
      ...new Array<number>(whole).fill(SEGMENT_BYTES),
      ...(isLast ? [body.length % SEGMENT_BYTES] : []),
    ];
    const head = Buffer.alloc(PAGE_HEAD_BYTES);
    head.write('OggS', 0, 'latin1');
    head[5] = at === 0 ? 0 : CONTINUED;
    head.writeBigInt64LE(isLast ? 0n : NO_PACKET, 6);
    head.writeUInt32LE(serial, 14);
    head.writeUInt32LE(sequence, 18);
    head[26] = lacing.length;
    const page = Buffer.concat([head, Buffer.from(lacing), body]);
    sign(page);
    yield page;
  }
}

/** Writes the checksum of a page. */
function sign(page: Buffer): void {
  page.writeUInt32LE(0, 22);
  page.writeUInt32LE(crc32FromHighest(page, 0), 22);
}
