/** The codes of headers that a decoder needs, and of units that it skips, by the byte after a start code. */
const HEADERS = {
  h264: { isHeader: (code: number) => [7, 8].includes(code & 0x1f), skipped: 0x0c },
  hevc: { isHeader: (code: number) => [0x40, 0x42, 0x44].includes(code), skipped: 0x60 },
  mpeg2: {
    isHeader: (code: number, next: number) => code === 0xb3 || (code === 0xb5 && next >> 4 === 1),
    skipped: 0xb2,
  },
  mpeg4: { isHeader: (code: number) => code === 0xb0 || code === 0xb5 || code <= 0x2f, skipped: 0xb2 },
} as const;

/**
 * Returns a transport or program stream in which only the first frame has the headers that a decoder needs:
 * later ones become units that it skips, so that nothing moves.
 */
export function withHeadersOnce(stream: Uint8Array, coding: keyof typeof HEADERS): Buffer {
  const bytes = Buffer.from(stream);
  const { isHeader, skipped } = HEADERS[coding];
  const seen = new Set<number>();
  for (
    let at = bytes.indexOf('\0\0\x01', 0, 'latin1');
    at >= 0;
    at = bytes.indexOf('\0\0\x01', at + 3, 'latin1')
  ) {
    const [code = 0, next = 0] = bytes.subarray(at + 3, at + 5);
    if (!isHeader(code, next)) continue;
    if (seen.has(code)) bytes[at + 3] = skipped;
    seen.add(code);
  }
  return bytes;
}

/** Returns an H.264 stream without its SEI messages, among them recovery points: decoders skip what they become. */
export function withoutMessages(stream: Uint8Array): Buffer {
  const bytes = Buffer.from(stream);
  const message = '\0\0\x01\x06';
  for (let at = bytes.indexOf(message, 0, 'latin1'); at >= 0; at = bytes.indexOf(message, at, 'latin1'))
    bytes[at + 3] = 0x0c;
  return bytes;
}
