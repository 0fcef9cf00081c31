import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { tell } from '../deployment/tell.ts';
import { deploymentsOf } from './options.ts';
import { readOptions } from './read-options.ts';
import { requireCredentials, requireTerraform } from './requirements.ts';
import { stackId } from './stack-id.ts';

// `npm run deploy` and `npm run destroy`: synthesises, then runs Terraform, which asks for confirmation.
const [command = 'apply', ...rest] = process.argv.slice(2);
// The CDK's own variable, for those who use OpenTofu.
const terraform = process.env.TERRAFORM_BINARY_NAME ?? 'terraform';

try {
  const options = readOptions();
  // Before anything is built.
  tell('Checking Terraform and the credentials');
  requireTerraform(terraform);
  await requireCredentials(options.region);
  run(process.execPath, '--import', 'tsx', 'main.ts');
  for (const deployment of deploymentsOf(options)) {
    const stack = `-chdir=${join(process.env.CDKTF_OUTDIR ?? 'cdktf.out', 'stacks', stackId(deployment))}`;
    tell(`Preparing Terraform for ${stackId(deployment)}`);
    run(terraform, stack, 'init', '-input=false', '-upgrade');
    run(terraform, stack, command, ...rest);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function run(program: string, ...args: readonly string[]): void {
  const cwd = dirname(import.meta.dirname);
  const { status, error } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  if (error) process.stderr.write(`${program} cannot be started: ${error.message}\n`);
  if (status !== 0) process.exit(status ?? 1);
}
