import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../.ci/count-assertions.mjs', import.meta.url));
const ONE = "it('adds', () => {\n  expect(1 + 1).to.equal(2);\n});\n";

describe('count-assertions', () => {
  let folder: string;
  const git = (...args: readonly string[]) =>
    run('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: folder });
  const compare = (...commits: readonly string[]) =>
    run(process.execPath, [SCRIPT, ...commits], { cwd: folder }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      ({ code, stdout }: { readonly code: number; readonly stdout: string }) => ({ code, stdout }),
    );

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-count-'));
    await git('init', '-q');
    await mkdir(join(folder, 'test', 'plan'), { recursive: true });
    for (const [name, text] of Object.entries({ one: ONE, two: ONE + ONE })) {
      await writeFile(join(folder, 'test', 'plan', 'sum.test.ts'), text);
      await git('add', '.');
      await git('commit', '-qm', name);
      await git('tag', name);
    }
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it('prints how many tests and assertions there were, and are', async () => {
    const { code, stdout } = await compare('one');
    expect(stdout).to.equal(
      'test/plan: 1 → 2 tests, 1 → 2 assertions\nin all: 1 → 2 tests, 1 → 2 assertions\n',
    );
    expect(code).to.equal(0);
  });

  it('fails where there are fewer', async () => {
    expect((await compare('two', 'one')).code).to.equal(1);
  });
});
