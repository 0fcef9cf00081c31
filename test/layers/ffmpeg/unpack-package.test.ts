import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { unpackPackage } from '../../../layers/ffmpeg/unpack-package.ts';
import { packFiles } from '../../../testing/npm-registry.ts';

describe('unpackPackage', () => {
  let directory: string;
  let tarball: Buffer;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-unpack-'));
    tarball = await packFiles({ program: 'p'.repeat(200_000), 'folder/text': 'text', empty: '' }, directory);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it('gives the files by their paths in the package', () => {
    const files = unpackPackage(tarball);
    expect(files.get('program')?.toString()).to.equal('p'.repeat(200_000));
    expect(files.get('folder/text')?.toString()).to.equal('text');
    expect(files.get('empty')?.length).to.equal(0);
  });

  const damages: readonly [string, (whole: Buffer) => Buffer][] = [
    ['is cut short', (whole) => whole.subarray(0, whole.length - 100)],
    [
      'has a wrong byte',
      (whole) => Buffer.from(whole.map((byte, at) => (at === whole.length >> 1 ? byte ^ 1 : byte))),
    ],
    ['is no archive', () => Buffer.from('<html>sign in to the network</html>')],
  ];
  for (const [what, damage] of damages) {
    it(`throws where the archive ${what}`, () => expect(() => unpackPackage(damage(tarball))).to.throw());
  }
});
