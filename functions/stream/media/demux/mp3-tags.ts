import type { RandomAccess } from '../../source/bytes.ts';

/** The most tags in a row: an APE tag, lyrics, the old tag and its longer form. */
const MOST_TAGS = 6;
/** The old tag with its longer form in front; more than enough for the ends of the others. */
const LOOK_BYTES = 128 + 227;
const ID3V1_BYTES = 128;
const LONGER_ID3V1_BYTES = 227;
const APE_FOOTER_BYTES = 32;
/** The most bytes of lyrics that do not declare their size. */
const MOST_LYRICS_BYTES = 5100 + 20;

/** Finds the end of an MP3 file's audio, before the tags that follow it. */
export async function audioEnd(file: RandomAccess): Promise<number> {
  let end = file.sizeBytes;
  for (let tags = 0; tags < MOST_TAGS; tags++) {
    const bytes = await tagBytes(file, end);
    if (bytes === 0 || bytes > end) break;
    end -= bytes;
  }
  return end;
}

/** Returns the length of the tag that ends at `end`; 0 if none does. */
async function tagBytes(file: RandomAccess, end: number): Promise<number> {
  const tail = Buffer.from(await file.read(Math.max(0, end - LOOK_BYTES), end));
  if (wordAt(tail, ID3V1_BYTES, 'TAG')) {
    return ID3V1_BYTES + (wordAt(tail, ID3V1_BYTES + LONGER_ID3V1_BYTES, 'TAG+') ? LONGER_ID3V1_BYTES : 0);
  }
  if (wordAt(tail, APE_FOOTER_BYTES, 'APETAGEX')) {
    const footer = tail.subarray(-APE_FOOTER_BYTES);
    // The size counts the items and the footer; a flag declares a header (APEv2).
    return footer.readUInt32LE(12) + ((footer.readUInt32LE(20) & 0x8000_0000) === 0 ? 0 : APE_FOOTER_BYTES);
  }
  // The size in six digits counts the bytes before it.
  if (wordAt(tail, 9, 'LYRICS200'))
    return Number(/\d{6}$/.exec(tail.toString('latin1', 0, tail.length - 9))) + 15;
  if (wordAt(tail, 9, 'LYRICSEND')) {
    const lyrics = Buffer.from(await file.read(Math.max(0, end - MOST_LYRICS_BYTES), end));
    const begin = lyrics.lastIndexOf('LYRICSBEGIN', undefined, 'latin1');
    return begin < 0 ? 0 : lyrics.length - begin;
  }
  if (wordAt(tail, 10, '3DI')) {
    // ID3v2 after the audio: header and footer around it (id3.org, v2.4.0 §3.4).
    const [a = 0, b = 0, c = 0, d = 0] = tail.subarray(-4);
    return ((a << 21) | (b << 14) | (c << 7) | d) + 20;
  }
  return 0;
}

function wordAt(tail: Buffer, fromEnd: number, word: string): boolean {
  const at = tail.length - fromEnd;
  return at >= 0 && tail.toString('latin1', at, at + word.length) === word;
}
