import { join } from 'node:path';
import { App } from 'cdktn';
import { packageFunction } from './functions/stream/deploy/package.ts';
import { readContext } from './infra/context.ts';
import { deploymentsOf } from './infra/options.ts';
import { readOptions } from './infra/read-options.ts';
import { SluiceStack } from './infra/stack.ts';
import { stackId } from './infra/stack-id.ts';
import { buildFfmpegLayer } from './layers/ffmpeg/build.ts';

/** Builds the two zips and writes what Terraform applies. */
async function main(): Promise<void> {
  const options = readOptions();
  const outDirectory = join(import.meta.dirname, 'dist');
  const { architecture, ffmpegDirectory } = options;
  const [layer, code] = await Promise.all([
    buildFfmpegLayer({ architecture, outDirectory, binaries: ffmpegDirectory }),
    packageFunction(outDirectory),
  ]);
  // A direct run ignores the context of cdktf.json.
  const context = readContext(join(import.meta.dirname, 'cdktf.json'), process.env.CDKTF_CONTEXT_JSON);
  const app = new App({ context });
  const deployments = deploymentsOf(options);
  for (const deployment of deployments) new SluiceStack(app, deployment, { layer, code });
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
