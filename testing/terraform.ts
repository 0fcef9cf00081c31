import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export type Terraform = {
  /** Returns standard output; throws all output if it ends with another code than 0 or an allowed one. */
  (...args: readonly string[]): Promise<string>;
  exitCode(...args: readonly string[]): Promise<number | null>;
};

/**
 * Runs Terraform in one folder, with the environment of this process minus variables that would redirect it.
 */
export function terraformIn(directory: string, environment: Readonly<Record<string, string>>): Terraform {
  const own = Object.entries(process.env).filter(([name]) => !/^(TF_|AWS_|CDKTF_)/.test(name));
  const env = {
    ...Object.fromEntries(own),
    ...environment,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
  };
  async function run(args: readonly string[]) {
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const child = spawn('terraform', args, { cwd: directory, env, stdio: [...stdio] });
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    return { code, stdout, stderr };
  }
  const terraform = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await run(args);
    if (code !== 0) throw new Error(`terraform ${args.join(' ')} ended with ${code}: ${stderr || stdout}`);
    return stdout;
  };
  return Object.assign(terraform, {
    exitCode: async (...args: readonly string[]) => (await run(args)).code,
  });
}
