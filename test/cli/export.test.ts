import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const SLUICE = fileURLToPath(new URL('../../cli/sluice.mjs', import.meta.url));

describe('npx sluice export', function () {
  this.timeout(60_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-cli-export-'));
    await ffmpeg('-f', 'lavfi', '-i', 'sine=d=5', join(folder, 'a song.flac'));
    service = await startService({ MEDIA_DIR: folder, DERIVED_DIR: join(folder, '.derived') });
  });
  after(async () => {
    await service?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  async function run(program: string, args: readonly string[]) {
    const child = spawn(program, args, { cwd: folder });
    child.stdin.end();
    const [out, err, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    return { out, err, exitCode };
  }
  const sluice = (...args: string[]) => run(process.execPath, [SLUICE, 'export', ...args]);

  it('downloads the complete file under the name of the object, and tells nothing else', async () => {
    const address = `${service.url}/export/a%20song.flac?format=mp3`;
    expect(await sluice(address)).to.deep.equal({ out: 'a song.mp3\n', err: '', exitCode: 0 });
    const file = join(folder, 'a song.mp3');
    await ffmpeg('-i', file, '-f', 'null', '-');
    const before = await readFile(file);
    const again = await sluice(address);
    expect([again.exitCode, again.err]).to.deep.equal([
      2,
      'There is a file "a song.mp3": name another one with --output.\n',
    ]);
    expect((await readFile(file)).equals(before)).to.equal(true);
  });

  it('shows in a terminal how far it is', async () => {
    const command = `'${process.execPath}' '${SLUICE}' export '${service.url}/export/a%20song.flac?format=wav' --output out.wav`;
    const { out, exitCode } = await run('script', ['-qec', command, '/dev/null']);
    expect(exitCode, out).to.equal(0);
    expect(out).to.match(/\d+ % {2}downloads out\.wav/);
    expect((await stat(join(folder, 'out.wav'))).size).to.be.above(400_000);
  });

  it('says in one sentence what is wrong', async () => {
    await writeFile(join(folder, 'taken.mp3'), 'x');
    for (const [args, sentence] of [
      [['/export/a.mp4'], 'Give one ADDRESS of /export; npx sluice export --help explains it.'],
      [[`${service.url}/media/a.mp4`], 'Give one ADDRESS of /export; npx sluice export --help explains it.'],
      [[`${service.url}/export/none.mp4?format=mp3`], 'There is no object with the key "none.mp4".'],
      [
        [`${service.url}/export/a%20song.flac?format=mp3`, '--output', 'taken.mp3'],
        'There is a file "taken.mp3": name another one with --output.',
      ],
    ] as const) {
      expect(await sluice(...args)).to.deep.equal({ out: '', err: `${sentence}\n`, exitCode: 2 });
    }
  });
});
