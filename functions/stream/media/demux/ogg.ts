import type { RandomAccess } from '../../source/bytes.ts';

/**
 * Reads the codecs of the logical streams that begin at an Ogg file's head (RFC 3533 §4: all first pages
 * precede all others); `other` for each one that is neither Vorbis nor Opus.
 */
export async function readOggCodecs(file: RandomAccess): Promise<readonly ('vorbis' | 'opus' | 'other')[]> {
  const head = Buffer.from(await file.read(0, Math.min(HEAD_BYTES, file.sizeBytes)));
  const codecs: ('vorbis' | 'opus' | 'other')[] = [];
  let at = 0;
  while (at + 27 <= head.length && head.toString('latin1', at, at + 4) === 'OggS') {
    const isFirstPage = ((head[at + 5] ?? 0) & 0x02) !== 0;
    if (!isFirstPage) break;
    const segments = head[at + 26] ?? 0;
    const start = at + 27 + segments;
    const magic = head.toString('latin1', start, start + 8);
    codecs.push(magic === 'OpusHead' ? 'opus' : magic.startsWith('\x01vorbis') ? 'vorbis' : 'other');
    at = start + head.subarray(at + 27, start).reduce((sum, length) => sum + length, 0);
  }
  return codecs;
}

const HEAD_BYTES = 2 ** 16;
