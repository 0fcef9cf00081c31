import type { RandomAccess } from '../../source/bytes.ts';

/** Finds the start of the audio after the ID3v2 tags at `from` (id3.org, v2.4.0 §3.1). */
export async function skipId3(file: RandomAccess, from = 0): Promise<number> {
  let at = from;
  for (let tags = 0; tags < 4; tags++) {
    const header = await file.read(at, Math.min(at + 10, file.sizeBytes));
    const size = id3Size(header);
    if (size === 0 || at + size >= file.sizeBytes) break;
    at += size;
  }
  return at;
}

/**
 * Tells whether the first frame carries a count of all frames (Xing, Info, VBRI), so that a header duration
 * is not a guess.
 */
export async function hasFrameCount(file: RandomAccess): Promise<boolean> {
  const start = await skipId3(file);
  const head = Buffer.from(await file.read(start, Math.min(start + 4096, file.sizeBytes)));
  return ['Xing', 'Info', 'VBRI'].some((tag) => head.includes(tag, 0, 'latin1'));
}

function id3Size(header: Uint8Array): number {
  if (header.length < 10 || Buffer.from(header.subarray(0, 3)).toString('latin1') !== 'ID3') return 0;
  const [a = 0, b = 0, c = 0, d = 0] = header.subarray(6, 10);
  if ((a | b | c | d) & 0x80) return 0;
  const hasFooter = ((header[5] ?? 0) & 0x10) !== 0;
  return 10 + ((a << 21) | (b << 14) | (c << 7) | d) + (hasFooter ? 10 : 0);
}
