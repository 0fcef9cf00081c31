import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export type RunOptions = {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** What the program reads. */
  readonly input?: string;
};

/** Runs a program to its end. Rejects with its last words if it fails. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<void> {
  await output(program, args, options);
}

/** Returns what a program prints. Rejects with its last words if it fails. */
export async function output(
  program: string,
  args: readonly string[],
  { input = '', ...options }: RunOptions = {},
): Promise<string> {
  const child = spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  // A program that reads nothing may have closed it.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [printed, said, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${said.slice(-6000)}`);
  return printed;
}
