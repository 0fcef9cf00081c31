import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));

/** What `npm ci --omit=dev` promises in docs/deploy.md. */
const MOST_MEGABYTES = 500;

/** What a person runs who deploys, and does not change, the service. */
const COMMANDS = {
  start: ['local/start.ts', 'local/runtime.mjs'],
  build: ['functions/stream/deploy/bundle.ts', 'functions/stream/deploy/package.ts'],
  'ffmpeg:build': ['layers/ffmpeg/from-debian/run-build.ts'],
  synth: ['main.ts'],
  deploy: ['infra/deploy.ts'],
  module: ['infra/write-module.ts'],
  rollback: ['infra/rollback.ts'],
  smoke: ['smoke/run.ts'],
  'npx sluice': ['cli/sluice.mjs', 'cli/sluice.ts'],
};

type Package = { readonly dependencies?: Record<string, string>; readonly scripts?: Record<string, string> };
type Locked = { readonly dev?: boolean; readonly link?: boolean };

const json = async <T>(path: string): Promise<T> => JSON.parse(await readFile(join(PROJECT, path), 'utf8'));

describe('an installation without devDependencies', function () {
  this.timeout(60_000);

  for (const [command, files] of Object.entries(COMMANDS)) {
    it(`has each package that ${command} loads`, async () => {
      const { dependencies = {}, scripts = {} } = await json<Package>('package.json');
      const player = await json<Package>('packages/player/package.json');
      const installed = { ...dependencies, ...player.dependencies };
      const loaded = await packagesOf([...files, 'functions/stream/index.ts']);
      expect(loaded).to.include('valibot');
      expect(loaded.filter((name) => !Object.hasOwn(installed, name))).to.deep.equal([]);
      // What runs it, as the script says.
      for (const [, program = ''] of (scripts[command] ?? '').matchAll(/(?:^|&& |--import )(tsx)\b/g))
        expect(installed).to.have.property(program);
    });
  }

  it(`has at most ${MOST_MEGABYTES} MB`, async () => {
    const { packages } = await json<{ packages: Record<string, Locked> }>('package-lock.json');
    const folders = Object.entries(packages).filter(([path, { dev, link }]) => path && !dev && !link);
    const sums = await Promise.all(
      folders.map(([path]) => bytesIn(path.includes('node_modules/') ? join(PROJECT, path) : null)),
    );
    const megabytes = sums.reduce((sum, bytes) => sum + bytes, 0) / 1024 / 1024;
    console.log(`      ${megabytes.toFixed(0)} MB`);
    expect(megabytes).to.be.within(200, MOST_MEGABYTES);
  });
});

/** Returns the packages that these files load, by themselves or by others of the project. */
async function packagesOf(files: readonly string[]): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: Object.fromEntries(files.map((file, i) => [String(i), join(PROJECT, file)])),
    ...{ outdir: 'unused', absWorkingDir: PROJECT },
    ...{ bundle: true, write: false, metafile: true, platform: 'node', format: 'esm', logLevel: 'silent' },
    // Pages are bundled by `functions/stream/deploy/bundle-page.ts`.
    ...{ packages: 'external', external: ['*.html', '*.html?assets'] },
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  const names = imports.flatMap(({ path, external }) =>
    external && /^(@[\w-]+\/)?\w/.test(path) && !path.startsWith('node:')
      ? [
          path
            .split('/')
            .slice(0, path.startsWith('@') ? 2 : 1)
            .join('/'),
        ]
      : [],
  );
  return [...new Set(names)];
}

/** Returns what a package's own files occupy on the disk; nothing where this platform has no use for it. */
async function bytesIn(folder: string | null): Promise<number> {
  if (folder === null) return 0;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sums = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      // The packages below a package are in the lock file themselves.
      if (entry.isDirectory()) return entry.name === 'node_modules' ? 0 : bytesIn(path);
      return (await lstat(path)).blocks * 512;
    }),
  );
  return sums.reduce((sum, bytes) => sum + bytes, 0);
}
