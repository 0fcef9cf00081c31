import { mkdtemp, readdir, readFile, rm, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join, relative } from 'node:path';
import { expect } from 'chai';
import { writeZip, type ZipEntry } from '../../deployment/zip.ts';
import { elsewhere } from '../../testing/surroundings.ts';
import { listZip, unpackZip } from '../../testing/zip-file.ts';

// Larger than what fflate compresses in the calling thread.
const LARGE = Buffer.from(Array.from({ length: 100_000 }, (_, index) => `line ${index}\n`).join(''));
const PROGRAM: ZipEntry = { name: 'bin/program', bytes: LARGE, mode: 0o755 };
const TEXT: ZipEntry = { name: 'a text', bytes: Buffer.from('text'), mode: 0o644 };

describe('writeZip', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-zip-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('holds the entries in order, with their modes and one fixed date', async () => {
    const { zipPath } = await writeZip(directory, 'name', [PROGRAM, TEXT]);
    const entries = (await listZip(zipPath)).map(({ name, mode, modified }) => [name, mode, modified]);
    expect(entries).to.deep.equal([
      ['a text', '100644', '1980-01-01T12:00:00.000Z'],
      ['bin/program', '100755', '1980-01-01T12:00:00.000Z'],
    ]);
    await unpackZip(zipPath, join(directory, 'unpacked'));
    expect(LARGE.equals(await readFile(join(directory, 'unpacked/bin/program')))).to.equal(true);
    expect(await readFile(join(directory, 'unpacked/a text'), 'utf8')).to.equal('text');
  });

  it('returns the figures that Lambda and Terraform want', async () => {
    const { zipPath, ...figures } = await writeZip(relative(process.cwd(), directory), 'name', [TEXT]);
    expect(isAbsolute(zipPath)).to.equal(true);
    const bytes = await readFile(zipPath);
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('base64');
    expect(figures).to.deep.equal({ sha256Base64: digest, zipBytes: bytes.length, unzippedBytes: 4 });
  });

  it('gives the same bytes in another folder, order, time zone and umask', async () => {
    const one = await writeZip(join(directory, 'one'), 'name', [PROGRAM, TEXT]);
    const other = await elsewhere(() => writeZip(join(directory, 'other'), 'name', [TEXT, PROGRAM]));
    expect(other.zipPath).to.not.equal(one.zipPath);
    expect(basename(other.zipPath)).to.equal(basename(one.zipPath));
    expect((await readFile(other.zipPath)).equals(await readFile(one.zipPath))).to.equal(true);
  });

  for (const [what, changed] of [
    ['name', { ...TEXT, name: 'another text' }],
    ['content', { ...TEXT, bytes: Buffer.from('next') }],
    ['mode', { ...TEXT, mode: 0o755 }],
  ] as const) {
    it(`gives another name if ${what} differs`, async () => {
      const before = await writeZip(directory, 'name', [PROGRAM, TEXT]);
      const after = await writeZip(directory, 'name', [PROGRAM, changed]);
      expect(after.zipPath).to.not.equal(before.zipPath);
      expect(after.sha256Base64).to.not.equal(before.sha256Base64);
    });
  }

  it('does not write an existing zip again', async () => {
    const first = await writeZip(directory, 'name', [TEXT]);
    const { ino } = await stat(first.zipPath);
    expect(await writeZip(directory, 'name', [TEXT])).to.deep.equal(first);
    expect((await stat(first.zipPath)).ino).to.equal(ino);
  });

  const damages: readonly [string, (zipPath: string) => Promise<void>][] = [
    ['a zip that is cut short', (zipPath) => truncate(zipPath, 60)],
    ['a zip that was changed', (zipPath) => writeFile(zipPath, 'something else')],
    ['a zip without its stamp', (zipPath) => unlink(`${zipPath}.sha256`)],
    ['a stamp without its zip', (zipPath) => unlink(zipPath)],
    ['a stamp that is cut short', (zipPath) => truncate(`${zipPath}.sha256`, 20)],
  ];
  for (const [what, damage] of damages) {
    it(`writes an incomplete zip again: ${what}`, async () => {
      const first = await writeZip(directory, 'name', [TEXT]);
      const whole = await readFile(first.zipPath);
      await damage(first.zipPath);
      expect(await writeZip(directory, 'name', [TEXT])).to.deep.equal(first);
      expect((await readFile(first.zipPath)).equals(whole)).to.equal(true);
      const name = basename(first.zipPath);
      expect((await readdir(directory)).sort()).to.deep.equal([name, `${name}.sha256`]);
    });
  }
});
