import { availableParallelism } from 'node:os';
import { damaged, Problem, type ProblemOptions, unsupported } from '../base/problem.ts';
import { NOT_STARTED_CODES, type SandboxLimits } from '../sandbox/process-limits.ts';

/** How an ffmpeg that failed came to its end. */
export type FailedEnd = {
  /** False where there never was a process. */
  readonly hasStarted: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly seconds: number;
  /** The last lines that it wrote. */
  readonly stderr: string;
  readonly limits: SandboxLimits;
};

/** What a client is told of it. `cause` is for the log. */
export function problemOfEnd(end: FailedEnd, cause: unknown): Problem {
  const { hasStarted, code, signal, stderr, limits } = end;
  if (!hasStarted || NOT_STARTED_CODES.has(code)) {
    return new Problem('internal', 'The transcoder cannot be started here.', { cause });
  }
  if (isOutOfCpu(end)) {
    const sentence = `This takes more than ${limits.cpuSeconds} seconds of CPU, the most that one piece of work has here (MAX_CPU_SECONDS).`;
    return new Problem('too-large', sentence, { cause });
  }
  // What the media itself brings about has other names: SIGSEGV, SIGABRT.
  if (signal === 'SIGKILL' || signal === 'SIGTERM') {
    return new Problem('internal', 'The transcoder was stopped from outside.', { cause });
  }
  if (limits.memoryBytes !== null && OUT_OF_MEMORY.test(stderr)) {
    const megabytes = Math.floor(limits.memoryBytes / 2 ** 20);
    const sentence = `To decode this takes more than ${megabytes} MB of memory, the most that ffmpeg has here.`;
    return new Problem('too-large', sentence, { cause });
  }
  return undecodable(stderr, { cause });
}

/** ffmpeg catches the signal of the limit, and ends with one of these: in order, or when it did not get that far. */
const SIGNALLED_CODES = [255, 123];

function isOutOfCpu({ code, signal, seconds, limits }: FailedEnd): boolean {
  if (signal === 'SIGXCPU') return true;
  const isStopped = signal === 'SIGKILL' || (code !== null && SIGNALLED_CODES.includes(code));
  // Who was stopped by somebody else has not had the time.
  return isStopped && seconds * availableParallelism() >= limits.cpuSeconds;
}

/** Of ffmpeg and of its libraries, where an allocation fails. */
const OUT_OF_MEMORY =
  /cannot allocate memory|malloc of size|failed to allocate|get_buffer\(\) failed|out of memory/i;

function undecodable(stderr: string, options: ProblemOptions): Problem {
  // Builds of ffmpeg differ in what they decode: that for arm64 is without AV1.
  const codec = /Decoder \(codec (\w+)\) not found/.exec(stderr)?.[1];
  // So ffmpeg calls what it has no name for, which no other build would decode.
  if (codec === 'none') return unsupported('How this media is coded is not known here.', options);
  if (codec !== undefined) return unsupported(`The ffmpeg that runs here does not decode ${codec}.`, options);
  return damaged('The media could not be decoded.', options);
}
