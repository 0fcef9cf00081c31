import { MOST_PIXELS } from '../../base/limits.ts';
import { damaged, Problem, unsupported } from '../../base/problem.ts';
import { confinedInput } from '../../sandbox/input-formats.ts';
import { NOT_STARTED_CODES } from '../../sandbox/process-limits.ts';
import { runSandboxed } from '../../sandbox/run.ts';

export type FfprobeOptions = {
  readonly ffprobePath: string;
  readonly signal: AbortSignal;
};

const TIME_LIMIT_MILLISECONDS = 8000;
const OUTPUT_LIMIT_BYTES = 4 * 2 ** 20;
const LIMITS = { cpuSeconds: 20, memoryBytes: 384 * 2 ** 20 };

/**
 * Returns ffprobe's output about an http URL. Rejects with `not-media` if it sees nothing, with
 * `damaged-media` if it crashes, and with `unsupported-media` if it takes too long.
 */
export async function runFfprobe(
  url: string,
  wanted: readonly string[],
  { ffprobePath, signal: aborted }: FfprobeOptions,
): Promise<string> {
  const args = [
    ...['-v', 'error', ...confinedInput({ maxPixels: MOST_PIXELS })],
    ...['-probesize', '5000000', '-analyzeduration', '5000000', '-max_alloc', '268435456'],
    ...wanted,
    ...['-i', url],
  ];
  const { code, signal, stdout, stderr, isCutShort } = await runSandboxed(ffprobePath, args, {
    limits: LIMITS,
    // The static build crashes when it converts a service name (MPEG-TS) with the machine's iconv modules;
    // without any it leaves the name unchanged. Nothing else is in the environment.
    env: { GCONV_PATH: '/nonexistent' },
    signal: aborted,
    timeoutMilliseconds: TIME_LIMIT_MILLISECONDS,
    maxOutputBytes: OUTPUT_LIMIT_BYTES,
  });
  if (code === 0 && !isCutShort) return stdout;
  const cause = new Error(`ffprobe ended with ${signal ?? code}: ${stderr}`);
  if (isCutShort || signal === 'SIGXCPU') {
    throw unsupported('This file takes too long to analyse.', { cause });
  }
  if (NOT_STARTED_CODES.has(code)) throw cause;
  throw signal === null ? notMedia({ cause }) : damaged('This file cannot be analysed.', { cause });
}

export function notMedia(options?: { cause: unknown }): Problem {
  return new Problem('not-media', 'This file has no recognisable video or audio.', options);
}
