import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { replaceFile } from '../../../deployment/replace-file.ts';
import { pages } from './bundle-page.ts';

export type Bundle = {
  /** What goes to Lambda: the minified module and its source map, nothing else. */
  readonly directory: string;
  /** The handler as Lambda's configuration names it. */
  readonly handler: string;
  /** The size of the module without its map. */
  readonly sizeBytes: number;
};

export type BundleFile = { readonly name: string; readonly bytes: Uint8Array };

/** The handler as Lambda's configuration names it. */
export const HANDLER = 'index.handler';

/** The file that holds the handler. */
export const MODULE = 'index.mjs';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

// Some dependencies are CommonJS: they use `require` and `__filename`, which an ES module does not have.
const REQUIRE = `import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);const __dirname = import.meta.dirname;`;

/** Builds the function into one file. A build that fails leaves the previous one. */
export async function bundleFunction(outDirectory = join(PROJECT, 'dist/stream')): Promise<Bundle> {
  const files = await buildBundle();
  await mkdir(outDirectory, { recursive: true });
  for (const { name, bytes } of files) await replaceFile(join(outDirectory, name), bytes);
  const sizeBytes = files.find(({ name }) => name === MODULE)?.bytes.length ?? 0;
  return { directory: outDirectory, handler: HANDLER, sizeBytes };
}

/** Builds the module and its source map: the same bytes from the same sources, wherever they lie. */
export async function buildBundle(): Promise<readonly BundleFile[]> {
  const { version } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'));
  const { outputFiles } = await build({
    entryPoints: [join(PROJECT, 'functions/stream/index.ts')],
    // Nothing is written here: the source map names the sources relative to this folder, so it must not
    // depend on the output folder.
    outfile: join(PROJECT, 'dist/stream', MODULE),
    absWorkingDir: PROJECT,
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    // Stack traces need positions and names; the sources would be five times as large as the code.
    sourcemap: true,
    sourcesContent: false,
    banner: { js: REQUIRE },
    plugins: [pages],
    define: { SLUICE_VERSION: JSON.stringify(version) },
    legalComments: 'none',
    logLevel: 'warning',
  });
  return outputFiles.map(({ path, contents }) => ({ name: basename(path), bytes: contents }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { directory, sizeBytes } = await bundleFunction();
  console.log(`${join(directory, MODULE)}: ${(sizeBytes / 1024).toFixed(0)} KiB`);
}
