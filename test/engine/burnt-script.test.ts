import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { openScript } from '../../functions/stream/engine/burnt-script.ts';

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
});
