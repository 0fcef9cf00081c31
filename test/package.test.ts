import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type FunctionZip, packageFunction } from '../functions/stream/deploy/package.ts';
import { elsewhere } from '../testing/surroundings.ts';
import { listZip, unpackZip } from '../testing/zip-file.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const TOOLS = ['esbuild', 'fflate'];

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

  it('holds modules, their source maps and what is said of them, readable for all, and names the handler', async () => {
    const entries = await listZip(zip.zipPath);
    expect(new Set(entries.map(({ mode }) => mode))).to.deep.equal(new Set(['100644']));
    const names = entries.map(({ name }) => name);
    const modules = names.filter((name) => name.endsWith('.mjs'));
    expect(modules).to.include('index.mjs');
    expect(names).to.have.members([
      ...modules.flatMap((name) => [name, `${name}.map`]),
      ...names.filter((name) => /^chunks\/DejaVuSans-\w+\.ttf$/.test(name)),
      'LICENSES.txt',
      'sbom.cdx.json',
    ]);
    expect(zip.handler).to.equal('index.handler');
    expect(zip.zipBytes).to.equal((await readFile(zip.zipPath)).length);
  });

  it('lists every package whose code is in it, with its licence', async () => {
    const bill = JSON.parse(String(await bytesOf('sbom.cdx.json')));
    expect(bill).to.include({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    const licences = String(await bytesOf('LICENSES.txt'));
    const listed = new Set<string>();
    for (const { name, version, purl, licenses } of bill.components) {
      expect(purl).to.equal(`pkg:npm/${name.replace('@', '%40')}@${version}`);
      const [{ license, expression }] = licenses;
      expect(licences).to.contain(`${name} ${version} (${license?.id ?? expression})\n`);
      expect(license?.id ?? expression, name).to.match(
        /^(MIT|MIT-0|ISC|0BSD|Apache-2\.0|BSD-\d-Clause|BlueOak-1\.0\.0|MPL-2\.0|Bitstream-Vera)$/,
      );
      listed.add(name);
    }
    // The source maps know as well whose code it is.
    const inMaps = new Set<string>();
    for (const { name } of await listZip(zip.zipPath)) {
      if (!name.endsWith('.map')) continue;
      for (const source of JSON.parse(String(await bytesOf(name))).sources as string[]) {
        const [, of] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source) ?? [];
        if (of !== undefined) inMaps.add(of);
      }
    }
    expect(inMaps.size).to.be.above(10);
    // Those of the page's players are in no map.
    for (const name of ['hls.js', 'dashjs', ...inMaps]) expect([...listed]).to.include(name);
    const { version } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'));
    expect(bill.metadata.component).to.include({ name: 'sluice', version });
  });

  it('is under 1 MB without the maps and the players of the page', async () => {
    const entries = await listZip(zip.zipPath);
    const modules = [];
    for (const entry of entries.filter(({ name }) => name.endsWith('.mjs'))) {
      if (!(await bytesOf(entry.name)).includes('"hls-')) modules.push(entry);
    }
    // Of all, two hold players: those of the page and that of /embed.
    expect(entries.filter(({ name }) => name.endsWith('.mjs'))).to.have.length(modules.length + 2);
    const bytes = modules.reduce((sum, { compressedBytes }) => sum + compressedBytes, 0);
    console.log(`      zipped: modules ${bytes} bytes, whole ${zip.zipBytes} bytes`);
    expect(bytes).to.be.within(1, 1_000_000);
  });

  it('holds no path of the machine that built it', async () => {
    for (const { name } of await listZip(zip.zipPath)) {
      const bytes = await bytesOf(name);
      expect(bytes.includes(PROJECT), name).to.equal(false);
      if (!name.endsWith('.map')) continue;
      const { sources } = JSON.parse(bytes.toString());
      for (const path of sources) expect(path).to.match(/^(\.\.\/){2,3}(functions|web|node_modules)\//);
    }
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
    for (const tool of TOOLS) {
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
    ([path, { dev, optional }]) =>
      path !== '' &&
      !dev &&
      !optional &&
      !path.includes('big-buck-bunny') &&
      !TOOLS.some((tool) => path === `node_modules/${tool}`),
  );
  return [
    'package.json',
    'LICENSE',
    'tsconfig.json',
    'deployment',
    'functions',
    'web',
    ...packages.map(([path]) => path),
  ];
}
