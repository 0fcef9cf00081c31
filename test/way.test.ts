import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { needs } from '../testing/needs.ts';
import { ffmpeg } from '../testing/verify.ts';

const run = promisify(execFile);

/** A reader follows a request through all of them: it may fall, and does not rise again. */
const MOST_FILES = 58;

describe('the way of /stream/film.mkv', function () {
  this.timeout(60_000);
  let folder: string;
  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-way-'));
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it('opens the container once, and passes few files, none of more than 250 lines', async () => {
    const film = ['-f', 'lavfi', '-i', 'testsrc2=s=160x96:r=25:d=1', '-f', 'lavfi', '-i', 'sine=d=1'];
    const path = join(folder, 'film.mkv');
    await ffmpeg(...film, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'aac', path);
    const { stdout } = await run(process.execPath, ['--import', 'tsx', 'bench/way.ts', path]);
    expect(stdout).to.match(/^200 remux;/m);
    expect(stdout).to.match(/^opens: 1$/m);
    const long = [...stdout.matchAll(/^ *(\d+) (\S+\.ts)$/gm)].filter(([, lines]) => Number(lines) > 250);
    expect(long.map(([, , name]) => name)).to.deep.equal([]);
    expect(Number(/^files: (\d+)/m.exec(stdout)?.[1])).to.be.within(1, MOST_FILES);
  });
});
