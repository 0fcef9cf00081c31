import { accessSync, constants } from 'node:fs';
import type { Limits } from '../base/limits.ts';
import { withoutPrivileges } from './privileges.ts';

/** Limits of one child process. */
export type SandboxLimits = {
  /** Seconds of CPU time, all threads together. */
  readonly cpuSeconds: number;
  /** Memory that it writes to; null for no limit, outside of a function. */
  readonly memoryBytes: number | null;
};

/**
 * Returns the limits of each ffmpeg in a function: what the function's own code, at its limit, and the system
 * leave. An ffmpeg that needs more runs out of memory itself, and the function does not. `maxMemoryMegabytes`
 * is less than the function has.
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

/** Memory of the runtime, pipes and kernel buffers. */
const SYSTEM_MEGABYTES = 64;

/** A command to spawn, with its options. */
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
 * Wraps a program in the limits that the machine's shell can set: CPU time, memory, no file, no core dump; and in
 * what the machine has to keep it from new privileges.
 * The program leads a process group of its own, has no environment but `env`, and works in a directory that
 * it cannot write to. On a machine without a shell it runs with all of that but the limits.
 */
export function sandboxed(
  program: string,
  args: readonly string[],
  limits: SandboxLimits,
  env: Record<string, string> = {},
): SandboxedCommand {
  const options = { cwd: '/', env, detached: true } as const;
  if (!isThere(SHELL)) return { file: program, args: [...args], options };
  return {
    file: SHELL,
    args: ['-c', SCRIPT, 'sandbox', ...ceilings(limits), ...withoutPrivileges(), program, ...args],
    options,
  };
}

export const SHELL = '/bin/sh';

/** Exit codes of a shell that cannot run the program. */
export const NOT_STARTED_CODES: ReadonlySet<number | null> = new Set([126, 127]);

/**
 * The script is constant: values come as arguments, which are never read as shell. `exec` leaves no shell
 * behind. If a limit cannot be set, a stricter one holds already or the system has none of its kind.
 */
const SCRIPT = [
  '{',
  // ffmpeg ends by itself at the first; the second is for programs that do not.
  'ulimit -S -t "$1"; ulimit -H -t "$2"',
  // Address space counts reservations too, and threads reserve a lot: twice as much.
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
