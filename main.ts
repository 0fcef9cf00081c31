import { join } from 'node:path';
import { App } from 'cdktn';
import { packageFunction } from './functions/stream/package.ts';
import { readContext, withoutCdkNames } from './infra/context.ts';
import { parseOptions } from './infra/options.ts';
import { SluiceStack } from './infra/stack.ts';
import { buildFfmpegLayer } from './layers/ffmpeg/build.ts';

// Builds the two zips and writes what Terraform applies to cdktf.out/stacks/{name}.
const { context, options } = readOptions();
const outDirectory = join(import.meta.dirname, 'dist');
const [layer, code] = await Promise.all([
  buildFfmpegLayer({
    architecture: options.architecture,
    outDirectory,
    binaries: options.ffmpegDirectory,
  }),
  packageFunction(outDirectory),
]);
const app = new App({ context });
new SluiceStack(app, options, { layer, code });
app.synth();
console.log(`${join(app.outdir, 'stacks', options.name)} in ${process.uptime().toFixed(1)} s`);

/** A wrong option ends it with its one sentence. */
function readOptions() {
  try {
    const context = readContext(join(import.meta.dirname, 'cdktf.json'), process.env.CDKTF_CONTEXT_JSON);
    return { context, options: parseOptions(withoutCdkNames(context)) };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
