import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { openScript } from '../../functions/stream/engine/burnt-script.ts';
import { removeOrphans } from '../../functions/stream/engine/orphaned-scripts.ts';

const MODULE = new URL('../../functions/stream/engine/burnt-script.ts', import.meta.url).href;
const SCRIPT = { script: 'the script', fonts: [Buffer.from('a font')] };

describe('openScript', () => {
  it('has a hidden folder, which may be removed more than once', async () => {
    const { environment, close } = await openScript(SCRIPT, import.meta.filename);
    const folder = dirname(environment.FONTCONFIG_FILE ?? '');
    expect(basename(folder)).to.match(/^\.sluice-script-/);
    expect(await readdir(folder)).to.have.members(['fonts', 'fonts.conf', 'script']);
    close();
    close();
    expect(await readdir(folder).catch(({ code }) => code)).to.equal('ENOENT');
  });

  it('leaves nothing behind when the process ends first', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-burnt-'));
    const program = `
      import { readdir } from 'node:fs/promises';
      const { openScript } = await import(${JSON.stringify(MODULE)});
      const open = () => openScript({ script: '', fonts: [] }, ${JSON.stringify(import.meta.filename)});
      const [first] = await Promise.all([open(), open(), open()]);
      first.close();
      console.log((await readdir(process.env.TMPDIR)).filter((name) => name.startsWith('.sluice')).length);
      process.exit(3);`;
    const work = promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', program],
      {
        env: { ...process.env, TMPDIR: folder },
      },
    );
    const ended = await work.catch((error: { readonly code: number; readonly stdout: string }) => error);
    expect(ended).to.include({ code: 3, stdout: '2\n' });
    expect((await readdir(folder)).filter((name) => name.startsWith('.sluice'))).to.deep.equal([]);
    await rm(folder, { recursive: true });
  });

  it('removes what a killed process has left, once it is older than any invocation', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-burnt-'));
    const program = (last: string) => `
      const { openScript } = await import(${JSON.stringify(MODULE)});
      const { environment } = await openScript({ script: '', fonts: [] }, ${JSON.stringify(import.meta.filename)});
      console.log(environment.FONTCONFIG_FILE);
      ${last};`;
    const run = async (last: string) => {
      const input = ['--import', 'tsx', '--input-type=module', '-e', program(last)];
      const work = promisify(execFile)(process.execPath, input, { env: { ...process.env, TMPDIR: folder } });
      const { stdout } = await work.catch((error: { readonly stdout: string }) => error);
      return basename(dirname(stdout.trim()));
    };
    const names = async () => (await readdir(folder)).filter((name) => name.startsWith('.sluice'));
    const killed = await run(`process.kill(process.pid, 'SIGKILL')`);
    expect(await names()).to.deep.equal([killed]);
    await run('process.exit()');
    expect(await names(), 'it may still be in use').to.deep.equal([killed]);
    const longAgo = new Date(Date.now() - 1_801_000);
    await utimes(join(folder, killed), longAgo, longAgo);
    await run('process.exit()');
    expect(await names()).to.deep.equal([]);
    await rm(folder, { recursive: true });
  });
});

describe('removeOrphans', () => {
  it('leaves all that it has not made: other names, files, links and what they lead to', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-burnt-'));
    const others = [
      '.sluice-script-',
      '.sluice-script-abcdefg',
      '.sluice-script-ab.def',
      'sluice-script-abcdef',
    ];
    for (const name of others) await mkdir(join(folder, name));
    await writeFile(join(folder, '.sluice-script-file12'), '');
    await symlink(join(folder, others[0] ?? ''), join(folder, '.sluice-script-link12'));
    const all = await readdir(folder);
    await mkdir(join(folder, '.sluice-script-aB3xyz'));
    const later = Date.now() + 1e9;
    await removeOrphans(folder, '.sluice-script-', later);
    expect(await readdir(folder)).to.have.members(all);
    await rm(folder, { recursive: true });
    // Nobody waits for more than that.
    await removeOrphans(folder, '.sluice-script-', later);
  });

  it('removes a hundred at most', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-burnt-'));
    for (let i = 100_000; i < 100_103; i++) await mkdir(join(folder, `.sluice-script-${i}`));
    await removeOrphans(folder, '.sluice-script-', Date.now() + 1e9);
    expect(await readdir(folder)).to.have.length(3);
    await rm(folder, { recursive: true });
  });

  it('leaves folders of another user', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const folder = await mkdtemp(join(tmpdir(), 'sluice-burnt-'));
    await mkdir(join(folder, '.sluice-script-aB3xyz'));
    await chown(join(folder, '.sluice-script-aB3xyz'), 12_345, 12_345);
    await removeOrphans(folder, '.sluice-script-', Date.now() + 1e9);
    expect(await readdir(folder)).to.have.length(1);
    await rm(folder, { recursive: true });
  });
});
