import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { expect } from 'chai';
import { publint } from 'publint';
import { packageFolder, packPackage } from '../../testing/packed-package.ts';

const run = promisify(execFile);

/** The files of each package but those that every one has, and what it exports. */
const PACKAGES: Readonly<Record<string, { readonly files: readonly string[]; readonly exports: string }>> = {
  player: {
    files: [
      'dist/sluice-player.js',
      'dist/types/player/src/sluice-player.d.ts',
      'dist/types/player/src/tokens.d.ts',
    ],
    exports: 'SluicePlayerElement',
  },
  client: {
    files: ['address', 'sign', 'sluice-client', 'table', 'token'].flatMap((name) => [
      `dist/${name}.d.ts`,
      `dist/${name}.js`,
    ]),
    exports: 'addressOf',
  },
};

for (const [name, { files, exports }] of Object.entries(PACKAGES)) {
  describe(`the package sluice-${name}`, function () {
    this.timeout(120_000);
    let folder: string;
    let tarball: Buffer;
    let packed: readonly string[];

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sluice-packed-'));
      const { path, files: names } = await packPackage(name, folder);
      packed = names;
      tarball = await readFile(path);
    });
    after(async () => {
      if (folder) await rm(folder, { recursive: true });
    });

    it('holds its modules, their types, a README and the licence, and no sources or tests', () => {
      expect(packed).to.have.members([...files, 'README.md', 'LICENSE', 'package.json']);
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

    if (name === 'client') {
      it('does what its README says', async () => {
        const readme = await readFile(join(packageFolder(name), 'README.md'), 'utf8');
        const [, code = 'throw new Error("The README has no code.")'] =
          /```js\n([\s\S]*?)```/.exec(readme) ?? [];
        const options = { env: { ...process.env, SECRET: 's'.repeat(32) } };
        await run(process.execPath, ['--input-type=module', '-e', withAnswers(code)], options);
      });
    }

    it('can be imported where there is no DOM', async () => {
      const script = `const module = await import('sluice-${name}'); console.log(typeof module.${exports});`;
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
      expect(stdout.trim()).to.equal('function');
    });
  });
}

/** Has a script fail where a line does not return the address that stands beside it. `…` stands for any text. */
function withAnswers(code: string): string {
  return code.replace(/^(.*); \/\/ (https:.*)$/gm, (_, call: string, address: string) => {
    const [start, end] = address.split('…').map((part) => JSON.stringify(part));
    return `{ const a = ${call}; if (!a.startsWith(${start}) || !a.endsWith(${end})) throw new Error(a); }`;
  });
}
