import type { Peaks } from './peaks.ts';
import { writePng } from './png.ts';

/** Height of a channel of an SVG in its own units; a pixel of the waveform is one unit wide. */
const CHANNEL_HEIGHT = 256;

/** Draws the waveform, to be stretched to any size; without a colour, in that of the text around it. */
export function waveformSvg(peaks: Peaks, color: string | null): string {
  const height = peaks.channels * CHANNEL_HEIGHT;
  let path = '';
  for (const { pixel, top, bottom } of bars(peaks, height)) path += `M${pixel} ${top}V${bottom}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-0.5 0 ${peaks.length} ${height}" preserveAspectRatio="none">` +
    `<path d="${path}" stroke="${color === null ? 'currentColor' : `#${color}`}" fill="none"/></svg>\n`
  );
}

/** Draws the waveform on a transparent ground, a column for each of its pixels; black without a colour. */
export function waveformPng(
  peaks: Peaks,
  { height, color }: { readonly height: number; readonly color: string | null },
): Buffer {
  const width = peaks.length;
  const stride = Math.ceil(width / 8);
  const bits = Buffer.alloc(stride * height);
  for (const { pixel, top, bottom } of bars(peaks, height)) {
    for (let at = top * stride + (pixel >> 3); at < bottom * stride; at += stride) {
      bits[at] = (bits[at] ?? 0) | (0x80 >> (pixel & 7));
    }
  }
  return writePng({ width, height, bits }, Buffer.from(color ?? '000000', 'hex'));
}

type Bar = { readonly pixel: number; readonly top: number; readonly bottom: number };

/** Yields what is drawn, channel below channel: rows in `[top, bottom)` of `height`; silence is a line of one. */
function* bars({ data, channels, length }: Peaks, height: number): Generator<Bar, void, void> {
  const half = height / channels / 2;
  for (let channel = 0; channel < channels; channel++) {
    const middle = (2 * channel + 1) * half;
    const rowOf = (sample: number) => Math.round(middle - (sample / 32_768) * half);
    for (let pixel = 0; pixel < length; pixel++) {
      const at = 2 * (pixel * channels + channel);
      const top = Math.min(height - 1, rowOf(data[at + 1] ?? 0));
      yield { pixel, top, bottom: Math.min(height, Math.max(top + 1, rowOf(data[at] ?? 0))) };
    }
  }
}
