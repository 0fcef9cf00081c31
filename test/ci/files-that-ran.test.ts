import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('the check that every test file ran a test', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-files-'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  function node(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const env = { ...process.env, FILES_OF_RUN: join(folder, 'list') };
    return new Promise((resolve) => {
      execFile(process.execPath, args, { cwd: ROOT, env }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
    });
  }

  it('finds what mocha left out, though mocha ends with 0', async () => {
    const write = async (name: string, text: string) => {
      await writeFile(join(folder, name), text);
      return relative(ROOT, join(folder, name));
    };
    await write('list', '');
    const first = await write('a.test.mts', "it('runs', () => {});\n");
    const endless = await write('b.test.mts', "await new Promise(() => {});\nit('never', () => {});\n");
    const mocha = (...files: string[]) => node('node_modules/mocha/bin/mocha.js', ...files);
    const check = (...files: string[]) => node('.ci/files-that-ran.mjs', join(folder, 'list'), ...files);
    await mocha(first);
    expect(await check(first)).to.include({ code: 0, stdout: 'Of 1 test files, 1 ran a test.\n' });
    expect((await mocha(endless, first)).code, 'as mocha does').to.equal(0);
    const { code, stderr } = await check(first, endless);
    expect([code, stderr]).to.deep.equal([1, `No test of ${endless} has run.\n`]);
  });

  it('is no success where nothing was to run', async () => {
    await writeFile(join(folder, 'list'), '');
    expect((await node('.ci/files-that-ran.mjs', join(folder, 'list'))).code).to.equal(1);
  });
});
