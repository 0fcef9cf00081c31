import type { LogLine } from './instance.ts';

/** A line of the function's log, as far as a person in front of a terminal wants to know it. */
type Entry = {
  readonly level?: unknown;
  readonly message?: unknown;
  readonly timestamp?: unknown;
  readonly method?: unknown;
  readonly path?: unknown;
  readonly status?: unknown;
  readonly bytes?: unknown;
  readonly milliseconds?: unknown;
  readonly timing?: unknown;
  readonly plan?: unknown;
  readonly problem?: unknown;
  readonly cause?: unknown;
  /** Why an answer broke off, or what followed it failed. */
  readonly broken?: unknown;
  readonly failed?: unknown;
};

const DAY_OF_A_TIME = 'yyyy-mm-ddT'.length;
const SECOND_OF_A_TIME = 'yyyy-mm-ddThh:mm:ss'.length;

/**
 * Describes a line of the log in one short line: `12:01:18  200  /stream/film.mkv  transcode 240  105 kB in 1.1 s,
 * first byte after 610 ms`. Returns null for what only a machine wants to know.
 */
export function terminalLine({ source, text }: LogLine): string | null {
  // Its lines begin with the id of a request, by which a machine finds the others.
  if (source === 'platform') return text.replace(/^[0-9a-f-]{36} /, '');
  const entry = source === 'stdout' ? parse(text) : null;
  if (entry === null) return text;
  const { level, message, problem } = entry;
  const time = String(entry.timestamp ?? '').slice(DAY_OF_A_TIME, SECOND_OF_A_TIME);
  if (message === 'request' && typeof entry.status === 'number') return `${time}  ${describeRequest(entry)}`;
  const isQuiet = level === 'INFO' && problem === undefined;
  if (isQuiet) return null;
  return words([time, message, problem, entry.cause, entry.failed]);
}

function parse(text: string): Entry | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'message' in value ? value : null;
  } catch {
    return null;
  }
}

function describeRequest(entry: Entry): string {
  const { method, path, status, bytes, milliseconds, plan, problem, broken } = entry;
  const address = method === 'GET' ? path : `${method} ${path}`;
  const firstByte = firstByteMs(entry.timing);
  const cost = `${size(Number(bytes))} in ${time(Number(milliseconds))}`;
  return words([
    ...[status, address, typeof plan === 'string' ? shortPlan(plan) : '', problem],
    status === 500 ? entry.cause : '',
    firstByte === null ? cost : `${cost}, first byte after ${time(firstByte)}`,
    broken === undefined ? '' : `broken off: ${broken}`,
  ]);
}

const words = (parts: readonly unknown[]) =>
  parts.filter((part) => part !== undefined && part !== '').join('  ');

/** Shortens `transcode; format=mp4; video=h264:240; audio=aac; reason="…"` to `transcode 240`. */
function shortPlan(plan: string): string {
  const [kind = '', ...rest] = plan.replace(/; reason=".*"$/s, '').split('; ');
  const lines = /\bvideo=[a-z0-9]+:(\d+)/.exec(plan)?.[1];
  return [kind, lines, rest.includes('cached') ? 'cached' : undefined].filter(Boolean).join(' ');
}

/** The phases before a body follow each other: their sum is the time to its first byte. */
function firstByteMs(timing: unknown): number | null {
  if (typeof timing !== 'string' || !/\bfirst;dur=/.test(timing)) return null;
  return [...timing.matchAll(/;dur=([\d.]+)/g)].reduce((sum, [, ms]) => sum + Number(ms), 0);
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function time(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
