import type { RandomAccess } from '../../source/bytes.ts';
import { elements, find } from './ebml.ts';
import { ID } from './matroska-ids.ts';
import { readTopElement } from './matroska-top.ts';

/** The most bytes of all attachments together, and the most fonts among them. */
export const MAX_FONT_BYTES = 32 * 2 ** 20;
const MAX_FONTS = 64;

/** How TrueType, OpenType and collections of them begin. */
const SIGNATURES = new Set([0x0001_0000, 0x7472_7565, 0x4f54_544f, 0x7474_6366]);

/** Reads the fonts that are attached to a Matroska file (RFC 9559 §5.1.6); none if there is too much of it. */
export async function readMatroskaFonts(file: RandomAccess): Promise<readonly Uint8Array[]> {
  const found = await readTopElement(file, ID.attachments, MAX_FONT_BYTES);
  if (found === null) return [];
  const { content } = found;
  const fonts: Uint8Array[] = [];
  for (const attached of elements(content, 0, content.length)) {
    if (attached.id !== ID.attachedFile || fonts.length === MAX_FONTS) continue;
    const data = find(content, attached, ID.fileData);
    if (data && isFont(content.subarray(data.start, data.end)))
      fonts.push(content.slice(data.start, data.end));
  }
  return fonts;
}

function isFont(data: Uint8Array): boolean {
  return data.length > 4 && SIGNATURES.has(Buffer.from(data.buffer, data.byteOffset, 4).readUInt32BE(0));
}
