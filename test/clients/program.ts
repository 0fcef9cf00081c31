import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Step, StepFault, WITHIN_MS } from './client.ts';

export type Ran = { readonly code: number | null; readonly output: string; readonly sinceStart: number[] };

/**
 * Runs a program to its end, and tells all that it wrote and when each match of `mark` came, in milliseconds since its
 * start. Killed where it takes too long, which is a fault of the step.
 */
export async function runProgram(
  step: Step,
  program: string,
  args: readonly string[],
  { mark, env = {} }: { readonly mark?: RegExp; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const start = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // With all that it starts, it ends as one.
    detached: true,
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', LC_ALL: 'C.UTF-8', ...env },
  });
  let output = '';
  const sinceStart: number[] = [];
  const hear = (text: string) => {
    output += text;
    if (mark?.test(text)) sinceStart.push(performance.now() - start);
  };
  child.stdout.setEncoding('utf8').on('data', hear);
  child.stderr.setEncoding('utf8').on('data', hear);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, WITHIN_MS);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  if (isLate) throw new StepFault(step, `${program} did not end`);
  return { code, output, sinceStart };
}
