import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export type Bundle = {
  /** What goes to Lambda: the minified module and its source map, nothing else. */
  readonly directory: string;
  /** As Lambda's configuration names it. */
  readonly handler: string;
  /** Of the module, without its map. */
  readonly sizeBytes: number;
};

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const FILE = 'index.mjs';

// Some dependencies are CommonJS: they `require` parts of Node.js and ask where they lie, which an ES module has to
// provide for.
const REQUIRE = `import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);const __dirname = import.meta.dirname;`;

/** Builds the function into one file. A build that fails leaves what was there before. */
export async function bundleFunction(outDirectory = join(PROJECT, 'dist/stream')): Promise<Bundle> {
  const { version } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'));
  const { outputFiles } = await build({
    entryPoints: [join(PROJECT, 'functions/stream/index.ts')],
    outfile: join(outDirectory, FILE),
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    // Stack traces need positions and names; the text of the sources would be five times the code.
    sourcemap: true,
    sourcesContent: false,
    banner: { js: REQUIRE },
    loader: { '.html': 'text' },
    define: { SLUICE_VERSION: JSON.stringify(version) },
    legalComments: 'none',
    logLevel: 'warning',
  });
  await mkdir(outDirectory, { recursive: true });
  for (const { path, contents } of outputFiles) await replaceFile(path, contents);
  const { size } = await stat(join(outDirectory, FILE));
  return { directory: outDirectory, handler: 'index.handler', sizeBytes: size };
}

/** Moved into place as a whole, so that an instance that starts at this moment never reads half a file. */
async function replaceFile(path: string, contents: Uint8Array): Promise<void> {
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, contents);
  await rename(fresh, path);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { directory, sizeBytes } = await bundleFunction();
  console.log(`${join(directory, FILE)}: ${(sizeBytes / 1024).toFixed(0)} KiB`);
}
