import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Architecture, type BuiltLayer, buildFfmpegLayer } from '../../../layers/ffmpeg/build.ts';
import { readElf } from '../../../layers/ffmpeg/elf.ts';
import { takeProgram } from '../../../layers/ffmpeg/packaged-contents.ts';
import { needsLinux, needsPackages } from '../../../testing/needs.ts';
import { elsewhere } from '../../../testing/surroundings.ts';
import { listZip, unpackZip } from '../../../testing/zip-file.ts';

type Expected = {
  readonly architecture: Architecture;
  /** How Node.js calls it. */
  readonly machine: string;
  readonly packages: readonly string[];
  readonly bytes: { readonly ffmpeg: number; readonly ffprobe: number };
};

const LAYERS: readonly Expected[] = [
  {
    architecture: 'arm64',
    machine: 'arm64',
    packages: ['@ffmpeg-installer/linux-arm64 4.1.4', '@ffprobe-installer/linux-arm64 5.2.0'],
    bytes: { ffmpeg: 32_808_336, ffprobe: 50_245_776 },
  },
  {
    architecture: 'x86_64',
    machine: 'x64',
    packages: ['@ffmpeg-installer/linux-x64 4.1.0', '@ffprobe-installer/linux-x64 5.2.0'],
    bytes: { ffmpeg: 68_174_760, ffprobe: 78_926_144 },
  },
];

for (const { architecture, machine, packages, bytes } of LAYERS) {
  describe(`buildFfmpegLayer of the npm packages for ${architecture}`, function () {
    this.timeout(180_000);
    let directory: string;
    let layer: BuiltLayer;
    const build = (outDirectory: string) =>
      buildFfmpegLayer({ architecture, outDirectory: join(directory, outDirectory), binaries: null });
    const read = (path: string) => readFile(join(directory, 'opt', path));
    before(async function () {
      directory = await mkdtemp(join(tmpdir(), 'sluice-layer-'));
      layer = await needsPackages(this, () => build('one'));
      await unpackZip(layer.zipPath, join(directory, 'opt'));
    });
    after(async () => {
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    });

    it('holds the two programs, executable, and their licence', async () => {
      expect((await listZip(layer.zipPath)).map(({ name, mode }) => [name, mode])).to.deep.equal([
        ['bin/ffmpeg', '100755'],
        ['bin/ffprobe', '100755'],
        ['share/licences/ffmpeg/GPL-3.0.txt', '100644'],
        ['share/licences/ffmpeg/README.txt', '100644'],
        ['share/licences/ffmpeg/sbom.cdx.json', '100644'],
      ]);
    });

    it('has a bill of materials with both programs', async () => {
      const bill = JSON.parse(String(await read('share/licences/ffmpeg/sbom.cdx.json')));
      expect(bill).to.include({ bomFormat: 'CycloneDX', specVersion: '1.5' });
      for (const [i, name] of (['ffmpeg', 'ffprobe'] as const).entries()) {
        const program = await read(`bin/${name}`);
        const content = createHash('sha256').update(program).digest('hex');
        expect(bill.components[i]).to.deep.include({ name, hashes: [{ alg: 'SHA-256', content }] });
        expect(bill.components[i].purl).to.equal(
          `pkg:npm/${packages[i]?.replace('@', '%40').replace(' ', '@')}`,
        );
      }
    });

    for (const name of ['ffmpeg', 'ffprobe'] as const) {
      it(`holds ${name} for ${architecture}, linked statically`, async () => {
        const program = await read(`bin/${name}`);
        expect(program.length).to.equal(bytes[name]);
        expect(readElf(program)).to.deep.equal({ architecture, bits: 64, dynamic: false });
      });
    }

    it('says where the programs and their source code come from', async () => {
      const readme = await read('share/licences/ffmpeg/README.txt').then(String);
      for (const name of packages) expect(readme).to.include(`unchanged from the npm package ${name}\n`);
      expect(readme.match(/ffmpeg\.git, commit [0-9a-f]{7,}\n/g)).to.have.length(2);
      expect(readme.match(/ configuration: --enable-gpl --enable-version3 .*libx264/g)).to.have.length(2);
      expect(await read('share/licences/ffmpeg/GPL-3.0.txt').then(String)).to.match(
        /^ +GNU GENERAL PUBLIC LICENSE\n +Version 3, 29 June 2007\n/,
      );
    });

    it('is the same from a second build elsewhere, byte by byte', async () => {
      const other = await elsewhere(() => build('other'));
      expect(other).to.deep.equal({ ...layer, zipPath: other.zipPath });
      expect((await readFile(other.zipPath)).equals(await readFile(layer.zipPath))).to.equal(true);
    });

    if (process.arch === machine) {
      it('runs on this machine', async function () {
        needsLinux(this);
        for (const name of ['ffmpeg', 'ffprobe']) {
          const { stdout } = await promisify(execFile)(join(directory, 'opt/bin', name), ['-version'], {
            env: {},
          });
          expect(stdout).to.match(new RegExp(`^${name} version N-`));
          console.log(`      ${stdout.split('  ', 1)[0]}`);
        }
      });
    }
  });
}

describe('takeProgram', () => {
  const locked = { name: '@ffmpeg-installer/linux-x64', version: '4.1.0', sha512: 'of the tarball' };
  const manifest = { license: 'GPLv3', homepage: 'https://builder.example/', ffmpeg: '20181210-g0e8eb07980' };
  const packageOf = (files: Readonly<Record<string, string>>) =>
    new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));

  it('takes the program and what its package says of it', () => {
    const files = packageOf({ ffmpeg: 'program', 'package.json': JSON.stringify(manifest) });
    expect(takeProgram('ffmpeg', locked, files)).to.deep.equal({
      name: 'ffmpeg',
      origin: 'ffmpeg of the npm package @ffmpeg-installer/linux-x64 4.1.0',
      bytes: Buffer.from('program'),
      locked,
      homepage: 'https://builder.example/',
      build: '20181210-g0e8eb07980',
    });
  });

  it('refuses a package without the program', () => {
    const files = packageOf({ ffprobe: 'program', 'package.json': JSON.stringify(manifest) });
    expect(() => takeProgram('ffmpeg', locked, files)).to.throw(
      'There is no file ffmpeg in the npm package @ffmpeg-installer/linux-x64 4.1.0.',
    );
  });

  it('refuses a program under a licence whose text the layer does not carry', () => {
    const files = packageOf({
      ffmpeg: 'program',
      'package.json': JSON.stringify({ ...manifest, license: 'LGPL-2.1' }),
    });
    expect(() => takeProgram('ffmpeg', locked, files)).to.throw(
      'The licence of the npm package @ffmpeg-installer/linux-x64 4.1.0 is LGPL-2.1; the layer carries the text of the GPL 3.',
    );
  });
});
