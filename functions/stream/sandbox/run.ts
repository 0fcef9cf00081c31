import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { onAbort } from '../base/abort.ts';
import { bindGroup, killGroup } from './process-group.ts';
import { type SandboxLimits, sandboxed } from './process-limits.ts';

export type SandboxedRun = {
  readonly limits: SandboxLimits;
  readonly env?: Record<string, string>;
  readonly signal: AbortSignal;
  readonly timeoutMilliseconds: number;
  /** Most bytes of standard output; more than that ends the program. */
  readonly maxOutputBytes: number;
};

export type SandboxedEnd = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** The end of standard error. */
  readonly stderr: string;
  /** True if it was killed here, for its time or its output. */
  readonly isCutShort: boolean;
};

/**
 * Runs a program in the sandbox to its end. Rejects with the signal's reason, or with the system's error if
 * nothing could be started.
 */
export async function runSandboxed(
  program: string,
  args: readonly string[],
  run: SandboxedRun,
): Promise<SandboxedEnd> {
  const { limits, env, signal, timeoutMilliseconds, maxOutputBytes } = run;
  signal.throwIfAborted();
  const { file, args: all, options } = sandboxed(program, args, limits, env);
  const child = spawn(file, all, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  bindGroup(child);
  let isCutShort = false;
  const kill = () => killGroup(child, 'SIGKILL');
  const cutShort = () => {
    isCutShort = true;
    kill();
  };
  const timer = setTimeout(cutShort, timeoutMilliseconds);
  const release = onAbort(signal, kill);
  try {
    const [stdout, stderr, [code, killer]] = await Promise.all([
      textOf(child.stdout, maxOutputBytes, cutShort),
      textOf(child.stderr, maxOutputBytes, cutShort),
      closeOf(child),
    ]);
    signal.throwIfAborted();
    return { code, signal: killer, stdout, stderr: stderr.slice(-STDERR_CHARACTERS), isCutShort };
  } finally {
    clearTimeout(timer);
    release();
  }
}

const STDERR_CHARACTERS = 2_000;

/** Resolves when the process has closed, rejects if it never ran. */
const closeOf = (child: ChildProcess) =>
  once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;

async function textOf(stream: Readable, maxBytes: number, tooMuch: () => void): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size <= maxBytes) chunks.push(chunk);
    else tooMuch();
  }
  return Buffer.concat(chunks).toString();
}
