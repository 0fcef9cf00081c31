import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What a program used until its end. */
export type ChildUsage = {
  /** Seconds of CPU of all its threads. */
  readonly cpu: number;
  /** Megabytes that were read from disk for it. */
  readonly read: number;
};

/** Prints what the system has counted of a shell and the programs that it has waited for. */
const SCRIPT = '"$@" >/dev/null 2>&1; code=$?; cat /proc/$$/stat /proc/$$/io; exit $code';
const TICKS_PER_SECOND = 100;

/** Runs a program to its end, and drops its output. Rejects if it fails (Linux). */
export async function childUsage(program: string, args: readonly string[]): Promise<ChildUsage> {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', program, ...args], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [told, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
  // From the third field on: the second is the program's name. The times of children are 16 and 17.
  const fields = told.slice(told.indexOf(') ') + 2).split(' ');
  const ticks = Number(fields[13]) + Number(fields[14]);
  const read = Number(/^read_bytes: (\d+)$/m.exec(told)?.[1]);
  return { cpu: ticks / TICKS_PER_SECOND, read: read / 1e6 };
}
