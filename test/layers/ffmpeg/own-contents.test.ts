import {
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { buildFfmpegLayer } from '../../../layers/ffmpeg/build.ts';
import { ARM64, elfProgram, X86_64 } from '../../../testing/elf-file.ts';
import { rejection } from '../../../testing/rejection.ts';
import { elsewhere } from '../../../testing/surroundings.ts';
import { listZip, unpackZip } from '../../../testing/zip-file.ts';

const CONFIGURATION = 'configuration: --enable-gpl --enable-libx264';

describe('buildFfmpegLayer of programs of one’s own', () => {
  let directory: string;
  let binaries: string;
  const build = (outDirectory = 'out', from = binaries) =>
    buildFfmpegLayer({ architecture: 'arm64', outDirectory: join(directory, outDirectory), binaries: from });
  const put = async (folder: string) => {
    await mkdir(folder);
    await writeFile(join(folder, 'ffmpeg'), elfProgram(ARM64, { text: `${CONFIGURATION}\0rest` }), {
      mode: 0o600,
    });
    await writeFile(join(folder, 'ffprobe'), elfProgram(ARM64));
  };
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-own-'));
    binaries = join(directory, 'own');
    await put(binaries);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('holds the two programs, executable, and says whose they are', async () => {
    const { zipPath } = await build();
    expect((await listZip(zipPath)).map(({ name, mode }) => [name, mode])).to.deep.equal([
      ['bin/ffmpeg', '100755'],
      ['bin/ffprobe', '100755'],
      ['share/licences/ffmpeg/README.txt', '100644'],
    ]);
    await unpackZip(zipPath, join(directory, 'opt'));
    const program = await readFile(join(directory, 'opt/bin/ffmpeg'));
    expect(program.equals(await readFile(join(binaries, 'ffmpeg')))).to.equal(true);
    const readme = await readFile(join(directory, 'opt/share/licences/ffmpeg/README.txt'), 'utf8');
    expect(readme).to.include('Who deployed this layer brought them.');
    expect(readme).to.match(new RegExp(`\nbin/ffmpeg\n {2}${CONFIGURATION}\n\nbin/ffprobe\n$`));
  });

  it('takes along the licences beside them, and nothing else', async () => {
    for (const name of ['LICENSE', 'COPYING.GPLv3', 'licence.md', 'notes.txt', 'ffplay']) {
      await writeFile(join(binaries, name), `the text of ${name}`);
    }
    await mkdir(join(binaries, 'licenses'));
    const { zipPath } = await build();
    expect((await listZip(zipPath)).map(({ name }) => name)).to.deep.equal([
      'bin/ffmpeg',
      'bin/ffprobe',
      'share/licences/ffmpeg/COPYING.GPLv3',
      'share/licences/ffmpeg/LICENSE',
      'share/licences/ffmpeg/README.txt',
      'share/licences/ffmpeg/licence.md',
    ]);
  });

  it('has a link if both programs are one file, in the folder of the architecture', async () => {
    await rm(join(binaries, 'ffprobe'));
    await symlink('ffmpeg', join(binaries, 'ffprobe'));
    await mkdir(join(directory, 'built'));
    await rename(binaries, join(directory, 'built/arm64'));
    const { zipPath, unzippedBytes } = await build('out', join(directory, 'built'));
    expect((await listZip(zipPath)).map(({ name, mode }) => [name, mode])).to.deep.equal([
      ['bin/ffmpeg', '100755'],
      ['bin/ffprobe', '120777'],
      ['share/licences/ffmpeg/README.txt', '100644'],
    ]);
    await unpackZip(zipPath, join(directory, 'opt'));
    expect(await readlink(join(directory, 'opt/bin/ffprobe'))).to.equal('ffmpeg');
    const program = await readFile(join(directory, 'built/arm64/ffmpeg'));
    expect((await readFile(join(directory, 'opt/bin/ffprobe'))).equals(program)).to.equal(true);
    expect(unzippedBytes).to.be.below(2 * program.length + 2000);
  });

  it('gives the same bytes from another folder, at another time, in another time zone and umask', async () => {
    const one = await build('one');
    const copy = join(directory, 'copy');
    const other = await elsewhere(async () => {
      await put(copy);
      for (const name of ['ffmpeg', 'ffprobe']) await utimes(join(copy, name), 1, 1);
      return build('other', copy);
    });
    expect(other.sha256Base64).to.equal(one.sha256Base64);
    expect((await readFile(other.zipPath)).equals(await readFile(one.zipPath))).to.equal(true);
  });

  const wrong: readonly [string, (path: string) => Promise<void>, RegExp][] = [
    [
      'another architecture',
      (path) => writeFile(path, elfProgram(X86_64)),
      /^PATH is built for x86_64 \(64-bit\); the layer is for arm64\.$/,
    ],
    [
      'another processor',
      (path) => writeFile(path, elfProgram(243)),
      /^PATH is built for another processor \(64-bit\); the layer is for arm64\.$/,
    ],
    ['no executable', (path) => writeFile(path, '#!/bin/sh\n'), /^PATH is not an executable for Linux\.$/],
    [
      'a missing file',
      (path) => unlink(path),
      /^PATH cannot be read \(ENOENT.*\); .* files ffmpeg and ffprobe\.$/,
    ],
    [
      'a folder',
      async (path) => {
        await unlink(path);
        await mkdir(path);
      },
      /^PATH cannot be read \(it is not a file\); .* files ffmpeg and ffprobe\.$/,
    ],
    [
      // A file of holes: nothing of that size is written, and nothing of it may be read.
      'more than Lambda unpacks',
      (path) => truncate(path, 8_000_000_000),
      /^The layer is 8,000,000,\d{3} bytes unzipped .* Lambda takes 262,144,000 \(250 MB\)/,
    ],
  ];
  for (const [what, spoil, sentence] of wrong) {
    it(`refuses ${what} in a sentence that names it`, async () => {
      const path = join(binaries, 'ffprobe');
      await spoil(path);
      expect((await rejection(build())).message.replace(path, 'PATH')).to.match(sentence);
    });
  }

  it('takes a program that needs libraries, and warns of it', async () => {
    const path = join(binaries, 'ffprobe');
    await writeFile(path, elfProgram(ARM64, { dynamic: true }));
    const warnings: unknown[] = [];
    const { warn } = console;
    console.warn = (line) => warnings.push(line);
    try {
      await build();
    } finally {
      console.warn = warn;
    }
    expect(warnings).to.deep.equal([
      `${path} is linked dynamically: it starts only if Lambda has the libraries that it names.`,
    ]);
  });

  it('refuses 32-bit programs', async () => {
    const program = elfProgram(ARM64);
    program[4] = 1;
    await writeFile(join(binaries, 'ffmpeg'), program);
    expect((await rejection(build())).message).to.include(
      'built for arm64 (32-bit); the layer is for arm64.',
    );
  });
});
