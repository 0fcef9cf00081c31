import { milliseconds } from './words.ts';

/** `duration` in milliseconds. */
export type Timing = { readonly name: string; readonly duration: number };

/** Reads a Server-Timing header; entries without a duration are ignored. */
export function parseServerTiming(header: string): readonly Timing[] {
  return [...header.matchAll(/([\w-]+)[^,]*?;\s*dur=([\d.]+)/g)].map(([, name = '', duration]) => ({
    name,
    duration: Number(duration),
  }));
}

export function describeTimings(timings: readonly Timing[]): string {
  // What has no time says something by its name.
  return timings
    .map(({ name, duration }) => (duration > 0 ? `${name} ${milliseconds(duration)}` : name))
    .join(' · ');
}

/** Splits a Sluice-Plan header: `transcode; video=h264:360; reason="…"`. */
export function parsePlan(header: string): { readonly plan: string; readonly reason: string } {
  const [whole, quoted = ''] = /;\s*reason="((?:[^"\\]|\\.)*)"/.exec(header) ?? [];
  if (whole === undefined) return { plan: header, reason: '' };
  return { plan: header.replace(whole, ''), reason: quoted.replace(/\\(.)/g, '$1') };
}
