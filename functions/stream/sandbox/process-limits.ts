import { accessSync, constants } from 'node:fs';
import type { Limits } from '../base/limits.ts';

/** What a child process may take at most. */
export type SandboxLimits = {
  /** Seconds of all processors together. */
  readonly cpuSeconds: number;
  /** Memory that it writes to; null leaves that open, where no function's memory is to be kept. */
  readonly memoryBytes: number | null;
};

/**
 * What each ffmpeg of a function may take: what the function's own code, at its limit, and the system leave. Where ffmpeg
 * needs more, it meets the end of it and not the function. `maxMemoryMegabytes` is less than the function has.
 */
export function sandboxWithin(
  { maxCpuSeconds, maxFfmpegs, maxMemoryMegabytes }: SandboxShare,
  megabytes: string | undefined,
): SandboxLimits {
  if (megabytes === undefined) return { cpuSeconds: maxCpuSeconds, memoryBytes: null };
  const rest = Number(megabytes) - maxMemoryMegabytes - SYSTEM_MEGABYTES;
  return { cpuSeconds: maxCpuSeconds, memoryBytes: Math.floor((rest * 2 ** 20) / maxFfmpegs) };
}

type SandboxShare = Pick<Limits, 'maxCpuSeconds' | 'maxFfmpegs' | 'maxMemoryMegabytes'>;

/** The runtime's own, pipes and buffers of the kernel. */
const SYSTEM_MEGABYTES = 64;

/** What to spawn, and how. */
export type SandboxedCommand = {
  readonly file: string;
  readonly args: string[];
  readonly options: {
    readonly cwd: string;
    readonly env: Record<string, string>;
    readonly detached: true;
  };
};

/**
 * A program behind the limits that the machine's shell can set: CPU time, memory, no file, no core dump. It leads a
 * process group of its own, has no environment but `env`, and works where nothing is to be written. On a machine
 * without a shell it runs with all of that but the limits.
 */
export function sandboxed(
  program: string,
  args: readonly string[],
  limits: SandboxLimits,
  env: Record<string, string> = {},
): SandboxedCommand {
  const options = { cwd: '/', env, detached: true } as const;
  if (!isThere(SHELL)) return { file: program, args: [...args], options };
  return { file: SHELL, args: ['-c', SCRIPT, 'sandbox', ...ceilings(limits), program, ...args], options };
}

export const SHELL = '/bin/sh';

/** How a shell ends that cannot run the program. */
export const NOT_STARTED_CODES: ReadonlySet<number | null> = new Set([126, 127]);

/**
 * Constant: what varies comes as arguments, which are never read as shell. `exec` leaves no shell behind. Where a limit
 * cannot be set there is a stricter one already, or the system knows none of its kind.
 */
const SCRIPT = [
  '{',
  // At the first, ffmpeg ends by itself; the second is for what does not.
  'ulimit -S -t "$1"; ulimit -H -t "$2"',
  // Of address space, what is only reserved counts too, and threads reserve a lot: twice as much.
  'ulimit -d "$3"; ulimit -v "$4"',
  'ulimit -c 0; ulimit -f 0',
  '} 2>/dev/null',
  'shift 4; unset PWD OLDPWD SHLVL; exec "$@"',
].join('\n');

function ceilings({ cpuSeconds, memoryBytes }: SandboxLimits): string[] {
  const kibibytes = memoryBytes === null ? null : Math.floor(memoryBytes / 1024);
  const memory = kibibytes === null ? ['unlimited', 'unlimited'] : [kibibytes, 2 * kibibytes];
  return [cpuSeconds, cpuSeconds + GRACE_CPU_SECONDS, ...memory].map(String);
}

const GRACE_CPU_SECONDS = 5;

function isThere(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
