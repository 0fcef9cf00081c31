import type { VideoEncode } from './video-encode.ts';

/** ITU-T H.264 table A-1: level times ten; macroblocks a second, a frame and in the decoded picture buffer; kbit/s, kbit. */
const LEVELS = [
  [10, 1_485, 99, 396, 64, 175],
  [11, 3_000, 396, 900, 192, 500],
  [12, 6_000, 396, 2_376, 384, 1_000],
  [13, 11_880, 396, 2_376, 768, 2_000],
  [20, 11_880, 396, 2_376, 2_000, 2_000],
  [21, 19_800, 792, 4_752, 4_000, 4_000],
  [22, 20_250, 1_620, 8_100, 4_000, 4_000],
  [30, 40_500, 1_620, 8_100, 10_000, 10_000],
  [31, 108_000, 3_600, 18_000, 14_000, 14_000],
  [32, 216_000, 5_120, 20_480, 20_000, 20_000],
  [40, 245_760, 8_192, 32_768, 20_000, 25_000],
  [41, 245_760, 8_192, 32_768, 50_000, 62_500],
  [42, 522_240, 8_704, 34_816, 50_000, 62_500],
  [50, 589_824, 22_080, 110_400, 135_000, 135_000],
  [51, 983_040, 36_864, 184_320, 240_000, 240_000],
  [52, 2_073_600, 36_864, 184_320, 240_000, 240_000],
  [60, 4_177_920, 139_264, 696_320, 240_000, 240_000],
  [61, 8_355_840, 139_264, 696_320, 480_000, 480_000],
  [62, 16_711_680, 139_264, 696_320, 800_000, 800_000],
] as const;

/** Frames that x264 holds if B-frames are references. */
const DECODED_FRAMES = 4;
/** The High profile may take a quarter more than the table says (cpbBrNalFactor, §A.3.3). */
const HIGH = 1.25 * 1000;

/** The lowest level, times ten, that video of the High profile fits in; the highest if it fits in none. */
export function h264Level({
  width,
  height,
  frameRate,
  maxBitrate,
}: Pick<VideoEncode, 'width' | 'height' | 'frameRate' | 'maxBitrate'>): number {
  const columns = Math.ceil(width / 16);
  const rows = Math.ceil(height / 16);
  const frame = columns * rows;
  const rate = (frame * frameRate.numerator) / frameRate.denominator;
  const fitting = LEVELS.find(
    ([, maxRate, maxFrame, maxDecoded, maxKilobits]) =>
      rate <= maxRate &&
      frame <= maxFrame &&
      // §A.3.1: nor may a frame be too wide or too high.
      Math.max(columns, rows) <= Math.sqrt(8 * maxFrame) &&
      frame * DECODED_FRAMES <= maxDecoded &&
      maxBitrate <= maxKilobits * HIGH,
  );
  return fitting?.[0] ?? 62;
}

/** RFC 6381, High profile. */
export function highProfileCodecs(level: number): string {
  return `avc1.6400${level.toString(16).padStart(2, '0')}`;
}
