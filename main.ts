import { join } from 'node:path';
import { App } from 'cdktn';
import { packageFunction } from './functions/stream/deploy/package.ts';
import { readContext, withoutCdkNames } from './infra/context.ts';
import { parseOptions } from './infra/options.ts';
import { SluiceStack, stackId } from './infra/stack.ts';
import { buildFfmpegLayer } from './layers/ffmpeg/build.ts';

/** Builds the two zips and writes what Terraform applies. */
async function main(): Promise<void> {
  const context = readContext(join(import.meta.dirname, 'cdktf.json'), process.env.CDKTF_CONTEXT_JSON);
  const options = parseOptions(withoutCdkNames(context));
  const outDirectory = join(import.meta.dirname, 'dist');
  const { architecture, ffmpegDirectory } = options;
  const [layer, code] = await Promise.all([
    buildFfmpegLayer({ architecture, outDirectory, binaries: ffmpegDirectory }),
    packageFunction(outDirectory),
  ]);
  const app = new App({ context });
  new SluiceStack(app, options, { layer, code });
  app.synth();
  const folder = join(app.outdir, 'stacks', stackId(options));
  console.log(`Synthesised ${folder} in ${process.uptime().toFixed(1)} s`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
