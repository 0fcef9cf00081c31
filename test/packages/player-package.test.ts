import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { expect } from 'chai';
import { publint } from 'publint';

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('../../packages/player', import.meta.url));

describe('the package sluice-player', function () {
  this.timeout(120_000);
  let folder: string;
  let tarball: Buffer;
  let files: readonly string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-packed-'));
    // By itself, since npm may have been told to run no scripts.
    await run('npm', ['run', 'build'], { cwd: PACKAGE });
    const { stdout } = await run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
      cwd: PACKAGE,
    });
    // What the build prints may stand before it.
    const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as {
      filename: string;
      files: { path: string }[];
    }[];
    if (packed === undefined) throw new Error('npm has packed nothing.');
    files = packed.files.map(({ path }) => path);
    tarball = await readFile(join(folder, packed.filename));
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  it('holds its modules, their types, a README and the licence, and no sources or tests', () => {
    expect(files).to.include.members([
      'README.md',
      'LICENSE',
      'dist/sluice-player.js',
      'dist/sluice-player.d.ts',
    ]);
    expect(
      files.filter((path) => !/^(dist\/[\w-]+\.(d\.ts|js)|README\.md|LICENSE|package\.json)$/.test(path)),
    ).to.deep.equal([]);
  });

  it('is in order for publint', async () => {
    const data = Uint8Array.from(tarball).buffer;
    const { messages } = await publint({ pack: { tarball: data }, strict: true });
    expect(messages).to.deep.equal([]);
  });

  it('has types that every kind of import finds', async () => {
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
    if (result.types === false) throw new Error('It has no types.');
    // An ES module, which CommonJS loads by import().
    const problems = result.problems.filter(({ kind }) => kind !== 'CJSResolvesToESM');
    expect(problems).to.deep.equal([]);
  });

  it('can be imported where there is no DOM', async () => {
    const { stdout } = await run(process.execPath, [
      ...['--input-type=module', '-e'],
      `const { SluicePlayerElement } = await import('sluice-player'); console.log(typeof SluicePlayerElement);`,
    ]);
    expect(stdout.trim()).to.equal('function');
  });
});
