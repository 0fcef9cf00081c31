import { availableParallelism } from 'node:os';
import { damaged, Problem, type ProblemOptions, unsupported } from '../base/problem.ts';
import { NOT_STARTED_CODES, type SandboxLimits } from '../sandbox/process-limits.ts';

/** How a failed ffmpeg ended. */
export type FailedEnd = {
  /** False if no process ever ran. */
  readonly hasStarted: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly seconds: number;
  /** The last lines of stderr. */
  readonly stderr: string;
  readonly limits: SandboxLimits;
};

/** Returns the problem that a client sees. `cause` is for the log. */
export function problemOfEnd(end: FailedEnd, cause: unknown): Problem {
  const { hasStarted, code, signal, stderr, limits } = end;
  if (!hasStarted || NOT_STARTED_CODES.has(code)) {
    return new Problem('internal', 'The transcoder cannot be started here.', { cause });
  }
  if (isOutOfCpu(end)) {
    const sentence = `This takes more than ${limits.cpuSeconds} seconds of CPU, the limit of one ffmpeg (MAX_CPU_SECONDS).`;
    return new Problem('too-large', sentence, { cause });
  }
  // Crashes that the media itself causes have other names: SIGSEGV, SIGABRT.
  if (signal === 'SIGKILL' || signal === 'SIGTERM') {
    return new Problem('internal', 'The transcoder was stopped from outside.', { cause });
  }
  if (limits.memoryBytes !== null && OUT_OF_MEMORY.test(stderr)) {
    const megabytes = Math.floor(limits.memoryBytes / 2 ** 20);
    const sentence = `Decoding takes more than ${megabytes} MB of memory, the limit of ffmpeg here.`;
    return new Problem('too-large', sentence, { cause });
  }
  return undecodable(stderr, { cause });
}

/**
 * ffmpeg catches the limit's signal and ends with one of these codes: in order, or before it gets that far.
 */
const SIGNALLED_CODES = [255, 123];

function isOutOfCpu({ code, signal, seconds, limits }: FailedEnd): boolean {
  if (signal === 'SIGXCPU') return true;
  const isStopped = signal === 'SIGKILL' || (code !== null && SIGNALLED_CODES.includes(code));
  // A process that another one stopped has used less time.
  return isStopped && seconds * availableParallelism() >= limits.cpuSeconds;
}

/** Messages of ffmpeg and its libraries when an allocation fails. */
const OUT_OF_MEMORY =
  /cannot allocate memory|malloc of size|failed to allocate|get_buffer\(\) failed|out of memory/i;

function undecodable(stderr: string, options: ProblemOptions): Problem {
  if (stderr.includes("No such filter: 'ass'"))
    return unsupported(
      'The ffmpeg that runs here burns no subtitles in: it is built without libass.',
      options,
    );
  // Builds of ffmpeg differ in what they decode: the one for arm64 is without AV1.
  const codec = /Decoder \(codec (\w+)\) not found/.exec(stderr)?.[1];
  // ffmpeg's word for a codec without a name, which no other build would decode.
  if (codec === 'none') return unsupported('The codec of this media is unknown.', options);
  if (codec !== undefined) return unsupported(`The ffmpeg that runs here does not decode ${codec}.`, options);
  return damaged('The media could not be decoded.', options);
}
