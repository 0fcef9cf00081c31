const NAME = Buffer.from('\0\x08duration\0', 'latin1');

/**
 * Tells whether the first bytes of an FLV file declare its duration (`onMetaData`, a number of AMF 0). ffprobe returns the
 * time of the last tag instead if none does, which a recorder that was broken off leaves so.
 */
export function declaresFlvDuration(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const at = bytes.indexOf(NAME);
  return at >= 0 && at + NAME.length + 8 <= bytes.length && bytes.readDoubleBE(at + NAME.length) > 0;
}
