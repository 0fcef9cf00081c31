/** Writes sizes, rates and times as people read them. */

export function bytes(count: number | null): string {
  if (count === null || !Number.isFinite(count)) return '';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = count < 1 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), units.length - 1);
  const value = count / 1000 ** power;
  return `${power === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[power]}`;
}

export function rate(bitsPerSecond: number): string {
  return bitsPerSecond < 1e6
    ? `${(bitsPerSecond / 1000).toFixed(0)} kbit/s`
    : `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`;
}

/** Names a quality: `720 lines, 2.1 Mbit/s`; by its bitrate alone where it has no lines. */
export function qualityName({
  height,
  bitrate,
}: {
  readonly height: number;
  readonly bitrate: number;
}): string {
  return height > 0 ? `${height} lines, ${rate(bitrate)}` : rate(bitrate);
}

/** As a player shows it: `1:02`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Empty for null and unknown values. */
export function seconds(value: number | null): string {
  return value !== null && value > 0 ? `${value < 10 ? value.toFixed(1) : value.toFixed(0)} s` : '';
}

export function milliseconds(value: number): string {
  return value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(2)} s`;
}

const LAYOUTS: Readonly<Record<number, string>> = { 1: 'mono', 2: 'stereo', 6: '5.1', 8: '7.1' };

/** Names the usual layout of a number of channels. */
export function layout(channels: number): string {
  return LAYOUTS[channels] ?? `${channels} channels`;
}
