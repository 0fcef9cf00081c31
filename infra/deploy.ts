import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { readContext, withoutCdkNames } from './context.ts';
import { parseOptions } from './options.ts';
import { stackId } from './stack.ts';

// `npm run deploy` and `npm run destroy`: synthesises, then runs Terraform, which asks for confirmation.
const project = dirname(import.meta.dirname);
const [command = 'apply', ...rest] = process.argv.slice(2);
run(process.execPath, '--import', 'tsx', 'main.ts');
const context = readContext(join(project, 'cdktf.json'), process.env.CDKTF_CONTEXT_JSON);
const id = stackId(parseOptions(withoutCdkNames(context)));
const stack = `-chdir=${join(process.env.CDKTF_OUTDIR ?? 'cdktf.out', 'stacks', id)}`;
// The CDK's own variable, for those who use OpenTofu.
const terraform = process.env.TERRAFORM_BINARY_NAME ?? 'terraform';
run(terraform, stack, 'init', '-input=false', '-upgrade');
run(terraform, stack, command, ...rest);

function run(program: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { cwd: project, stdio: 'inherit' });
  if (error) process.stderr.write(`${program} cannot be started: ${error.message}\n`);
  if (status !== 0) process.exit(status ?? 1);
}
