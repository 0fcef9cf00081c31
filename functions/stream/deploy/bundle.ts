import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import * as v from 'valibot';
import { replaceFile } from '../../../deployment/replace-file.ts';
import { tell } from '../../../deployment/tell.ts';
import { billOf, licencesText, packagesOf } from './bill.ts';
import { pages } from './bundle-page.ts';

export type Bundle = {
  /** What goes to Lambda: minified modules and their source maps, nothing else. */
  readonly directory: string;
  /** The handler as Lambda's configuration names it. */
  readonly handler: string;
  /** The size of all modules without their maps. */
  readonly sizeBytes: number;
  /** The part of it that a new instance loads before its first request. */
  readonly firstBytes: number;
};

export type BundleFile = {
  /** Its path, with slashes. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Whether a new instance loads it before its first request. */
  readonly isFirst: boolean;
};

/** The handler as Lambda's configuration names it. */
export const HANDLER = 'index.handler';

/** The file that holds the handler. */
export const MODULE = 'index.mjs';

/** The folder of the modules that it imports. */
const CHUNKS = 'chunks';

const MANIFEST = v.object({ version: v.string() });

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

// Some dependencies are CommonJS: they use `require` and `__filename`, which an ES module does not have.
const REQUIRE = `import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);const __dirname = import.meta.dirname;`;

/** Builds the function into a folder. A build that fails leaves the previous one. */
export async function bundleFunction(outDirectory = join(PROJECT, 'dist/stream')): Promise<Bundle> {
  const files = await buildBundle();
  // The module that names the others comes last.
  for (const { name, bytes } of files.toSorted(
    (a, b) => Number(a.name === MODULE) - Number(b.name === MODULE),
  )) {
    const path = join(outDirectory, name);
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, bytes);
  }
  await removeOthers(outDirectory, files);
  return { directory: outDirectory, handler: HANDLER, ...sizesOf(files) };
}

/** Builds the modules and their source maps: the same bytes from the same sources, wherever they lie. */
export async function buildBundle(): Promise<readonly BundleFile[]> {
  return (await buildWithInputs()).files;
}

/** Builds the same, with what is said of it: licences and a bill of materials. */
export async function buildWithPapers(): Promise<readonly Pick<BundleFile, 'name' | 'bytes'>[]> {
  const { files, inputs, version } = await buildWithInputs();
  const packages = await packagesOf(inputs, PROJECT);
  const own = await readFile(join(PROJECT, 'LICENSE'), 'utf8');
  return [
    ...files,
    { name: 'LICENSES.txt', bytes: Buffer.from(licencesText(packages, own)) },
    { name: 'sbom.cdx.json', bytes: Buffer.from(billOf(packages, version)) },
  ];
}

async function buildWithInputs() {
  const inputs = new Set<string>();
  const { version } = v.parse(MANIFEST, JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')));
  const { outputFiles, metafile } = await build({
    entryPoints: [join(PROJECT, 'functions/stream/index.ts')],
    metafile: true,
    // Nothing is written here: the source map names the sources relative to this folder, so it must not
    // depend on the output folder.
    outdir: join(PROJECT, 'dist/stream'),
    outExtension: { '.js': '.mjs' },
    // What the code imports when it needs it is a module of its own: a new instance parses only what it uses.
    splitting: true,
    chunkNames: `${CHUNKS}/[name]-[hash]`,
    assetNames: `${CHUNKS}/[name]-[hash]`,
    loader: { '.ttf': 'file' },
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
    plugins: [pages((input) => inputs.add(input))],
    define: { SLUICE_VERSION: JSON.stringify(version) },
    legalComments: 'none',
    logLevel: 'warning',
  });
  const first = importsOf(metafile, join('dist/stream', MODULE));
  for (const input of Object.keys(metafile.inputs)) inputs.add(input);
  const files = outputFiles.map(({ path, contents }) => ({
    name: relative(join(PROJECT, 'dist/stream'), path),
    bytes: contents,
    isFirst: first.has(relative(PROJECT, path)),
  }));
  return { files, inputs, version };
}

/** Returns a module and all that it imports before it runs. */
function importsOf(
  { outputs }: Pick<Metafile, 'outputs'>,
  module: string,
  known = new Set<string>(),
): ReadonlySet<string> {
  known.add(module);
  for (const { path, kind } of outputs[module]?.imports ?? []) {
    if (kind === 'import-statement' && path in outputs && !known.has(path))
      importsOf({ outputs }, path, known);
  }
  return known;
}

function sizesOf(files: readonly BundleFile[]): Pick<Bundle, 'sizeBytes' | 'firstBytes'> {
  const sizeOf = (some: readonly BundleFile[]) => some.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const modules = files.filter(({ name }) => name.endsWith('.mjs'));
  return { sizeBytes: sizeOf(modules), firstBytes: sizeOf(modules.filter(({ isFirst }) => isFirst)) };
}

/** Removes modules of an earlier build, whose names say what was in them. */
async function removeOthers(outDirectory: string, files: readonly BundleFile[]): Promise<void> {
  const names = new Set(files.map(({ name }) => name));
  for (const chunk of await readdir(join(outDirectory, CHUNKS))) {
    if (!names.has(`${CHUNKS}/${chunk}`)) await rm(join(outDirectory, CHUNKS, chunk));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  tell('Bundling the function and its pages');
  const { directory, sizeBytes, firstBytes } = await bundleFunction();
  console.log(
    `${directory}: ${(sizeBytes / 1024).toFixed(0)} KiB, of which a new instance loads ${(firstBytes / 1024).toFixed(0)} KiB`,
  );
}
