import { bitCursor } from './bitstream.ts';

/** Fields of the header of a VP9 keyframe (VP9 bitstream specification §6.2). */
export type Vp9Header = {
  readonly profile: number;
  readonly bitDepth: 8 | 10 | 12;
  /** As in `vpcC`: 1 for 4:2:0 with co-located chroma, 2 for 4:2:2, 3 for 4:4:4. */
  readonly subsampling: 1 | 2 | 3;
  readonly isFullRange: boolean;
  /** By ITU-T H.273; 2 if unknown. */
  readonly matrix: number;
  readonly width: number;
  readonly height: number;
};

/** Parses the header; null unless the packet begins with a keyframe. */
export function parseVp9KeyFrame(packet: Uint8Array): Vp9Header | null {
  const bits = bitCursor(packet);
  if (bits.read(2) !== 2) return null;
  const profile = bits.read(1) + 2 * bits.read(1);
  if (profile === 3 && bits.flag()) return null;
  const isRepeat = bits.flag();
  const isKey = bits.read(1) === 0;
  bits.read(2);
  if (isRepeat || !isKey || bits.read(24) !== 0x498342) return null;
  const bitDepth = profile < 2 ? 8 : bits.flag() ? 12 : 10;
  const colourSpace = bits.read(3);
  const isRgb = colourSpace === 7;
  const isFullRange = isRgb || bits.flag();
  let subsampling: Vp9Header['subsampling'] = isRgb ? 3 : 1;
  if (profile === 1 || profile === 3) {
    if (!isRgb) {
      const isHalfWidth = bits.flag();
      const isHalfHeight = bits.flag();
      subsampling = !isHalfWidth ? 3 : isHalfHeight ? 1 : 2;
    }
    if (bits.flag()) return null;
  } else if (isRgb) {
    return null;
  }
  const width = bits.read(16) + 1;
  const height = bits.read(16) + 1;
  return bits.isPastEnd()
    ? null
    : { profile, bitDepth, subsampling, isFullRange, matrix: MATRICES[colourSpace] ?? 2, width, height };
}

/** By `color_space` (§7.2.2): unknown, BT.601, BT.709, SMPTE 170M and 240M, BT.2020, reserved, RGB. */
const MATRICES = [2, 5, 1, 6, 7, 9, 2, 0];

/** Returns the frame size of a VP8 keyframe (RFC 6386 §9.1); null unless the packet begins with one. */
export function parseVp8KeyFrame(
  packet: Uint8Array,
): { readonly width: number; readonly height: number } | null {
  const [tag = 1, , , a, b, c, w0 = 0, w1 = 0, h0 = 0, h1 = 0] = packet;
  const isKey = (tag & 1) === 0 && ((tag >> 1) & 7) <= 3;
  if (packet.length < 10 || !isKey || a !== 0x9d || b !== 0x01 || c !== 0x2a) return null;
  return { width: ((w1 & 0x3f) << 8) | w0, height: ((h1 & 0x3f) << 8) | h0 };
}
