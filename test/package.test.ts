import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type FunctionZip, packageFunction } from '../functions/stream/deploy/package.ts';
import { elsewhere } from '../testing/surroundings.ts';
import { listZip, unpackZip } from '../testing/zip-file.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));

describe('packageFunction', function () {
  this.timeout(60_000);
  let directory: string;
  let zip: FunctionZip;
  const bytesOf = (name: string) => readFile(join(directory, 'task', name));
  const expectSame = async (other: FunctionZip) => {
    expect(other).to.deep.equal({ ...zip, zipPath: other.zipPath });
    expect(basename(other.zipPath)).to.equal(basename(zip.zipPath));
    expect((await readFile(other.zipPath)).equals(await readFile(zip.zipPath))).to.equal(true);
  };
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-package-'));
    zip = await packageFunction(join(directory, 'one'));
    await unpackZip(zip.zipPath, join(directory, 'task'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it('holds the module and its source map, readable for all, and names the handler', async () => {
    const entries = await listZip(zip.zipPath);
    expect(entries.map(({ name, mode }) => [name, mode])).to.deep.equal([
      ['index.mjs', '100644'],
      ['index.mjs.map', '100644'],
    ]);
    expect(zip.handler).to.equal('index.handler');
    expect(zip.zipBytes).to.equal((await readFile(zip.zipPath)).length);
  });

  it('is under 1 MB without the map', async () => {
    const [module, map] = (await listZip(zip.zipPath)).map(({ compressedBytes }) => compressedBytes);
    console.log(`      zipped: module ${module} bytes, source map ${map} bytes, whole ${zip.zipBytes} bytes`);
    expect(module).to.be.within(1, 1_000_000);
  });

  it('holds no path of the machine that built it', async () => {
    for (const name of ['index.mjs', 'index.mjs.map']) {
      expect((await bytesOf(name)).includes(PROJECT)).to.equal(false);
    }
    const { sources } = JSON.parse((await bytesOf('index.mjs.map')).toString());
    for (const path of sources) expect(path).to.match(/^\.\.\/\.\.\/(functions|web|node_modules)\//);
  });

  it('is the same into another folder, started from elsewhere, byte by byte', async () => {
    const here = process.cwd();
    process.chdir(directory);
    try {
      await expectSame(await elsewhere(() => packageFunction('deeper/than/before')));
    } finally {
      process.chdir(here);
    }
  });

  it('is the same from another checkout, byte by byte', async () => {
    const checkout = join(directory, 'checkout');
    for (const path of await checkedOut())
      await cp(join(PROJECT, path), join(checkout, path), { recursive: true });
    // The build tools are not part of what is built.
    for (const tool of ['esbuild', 'fflate']) {
      await symlink(join(PROJECT, 'node_modules', tool), join(checkout, 'node_modules', tool));
    }
    const other = await import(pathToFileURL(join(checkout, 'functions/stream/deploy/package.ts')).href);
    await expectSame(await other.packageFunction(join(checkout, 'dist')));
  });
});

/**
 * What the function is built from: all packages but those of tools and the large ones that no bundle
 * contains.
 */
async function checkedOut(): Promise<string[]> {
  const lock = JSON.parse(await readFile(join(PROJECT, 'package-lock.json'), 'utf8'));
  const packages = Object.entries<{ dev?: boolean; optional?: boolean }>(lock.packages).filter(
    ([path, { dev, optional }]) => path !== '' && !dev && !optional && !path.includes('big-buck-bunny'),
  );
  return [
    'package.json',
    'tsconfig.json',
    'deployment',
    'functions',
    'web',
    ...packages.map(([path]) => path),
  ];
}
