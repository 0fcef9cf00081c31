import { join } from 'node:path';
import { App } from 'cdktn';
import { buildZips } from './infra/build-zips.ts';
import { readContext } from './infra/context.ts';
import { deploymentsOf } from './infra/options.ts';
import { readOptions } from './infra/read-options.ts';
import { SluiceStack } from './infra/stack.ts';
import { stackId } from './infra/stack-id.ts';

/** Builds the two zips and writes what Terraform applies. */
async function main(): Promise<void> {
  const options = readOptions();
  const zips = await buildZips(options);
  // A direct run ignores the context of cdktf.json.
  const context = readContext(join(import.meta.dirname, 'cdktf.json'), process.env.CDKTF_CONTEXT_JSON);
  const app = new App({ context });
  const deployments = deploymentsOf(options);
  for (const deployment of deployments) new SluiceStack(app, deployment, zips);
  app.synth();
  for (const deployment of deployments) {
    const folder = join(app.outdir, 'stacks', stackId(deployment));
    console.log(`Synthesised ${folder} in ${process.uptime().toFixed(1)} s`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
