import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from './service.ts';

/** A line of the function's log; `message` is `request` or `deferred`. */
export type LogFields = Readonly<Record<string, unknown>> & {
  readonly message?: string;
  readonly path?: string;
  readonly timing?: string | null;
};

/** Returns the lines of the function's instances, without those of the platform. */
export function functionLines({ logs }: Pick<Service, 'logs'>): LogFields[] {
  return logs
    .filter(({ source, text }) => source === 'stdout' && text.startsWith('{'))
    .map(({ text }) => JSON.parse(text) as LogFields);
}

/** Waits for so many lines that `wanted` accepts: they are written after the answer. */
export async function linesWhich(
  service: Pick<Service, 'logs'>,
  count: number,
  wanted: (line: LogFields) => boolean,
): Promise<LogFields[]> {
  for (;;) {
    const lines = functionLines(service).filter(wanted);
    if (lines.length >= count) return lines;
    await delay(20);
  }
}

/** Counts the requests so far that have started ffmpeg. */
export function ffmpegRuns(service: Pick<Service, 'logs'>): number {
  return functionLines(service).filter(({ timing }) => timing?.includes('spawn')).length;
}
