import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { secondsIn } from './cpu.ts';

/** What a program used until its end. */
export type ChildUsage = {
  /** Seconds of CPU of all its threads. */
  readonly cpu: number;
  /** Megabytes that were read from disk for it. */
  readonly read: number;
};

/** Prints what the system has counted of a shell and the programs that it has waited for. */
const SCRIPT = '"$@" >/dev/null 2>&1; code=$?; cat /proc/$$/stat /proc/$$/io; exit $code';

/** Runs a program to its end, and drops its output. Rejects if it fails (Linux). */
export async function childUsage(program: string, args: readonly string[]): Promise<ChildUsage> {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', program, ...args], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [told, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
  const read = Number(/^read_bytes: (\d+)$/m.exec(told)?.[1]);
  return { cpu: secondsIn(told, 'children'), read: read / 1e6 };
}
