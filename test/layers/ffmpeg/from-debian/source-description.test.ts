import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describeSource } from '../../../../layers/ffmpeg/from-debian/source-description.ts';

describe('describeSource', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-source-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** What APT's lists have of a version, of which security fixes are listed without digests by MD5. */
  const stanza = (version: string, description: string, names: readonly string[]) => `Package: text
Binary: libtext-dev
Version: 1:${version}
Format: 3.0 (quilt)
Checksums-Sha256:
 ${description} 2140 text_${version}.dsc
${names.map((name) => ` ${'0'.repeat(64)} 123 ${name}\n`).join('')}Directory: pool/main/t/text
`;

  it('is of the version that was chosen, with the files that have been downloaded', async () => {
    for (const name of ['text_1.orig.tar.gz', 'text_1-1+fix.debian.tar.xz'])
      await writeFile(join(folder, name), name);
    const listed = [
      stanza('1-1', 'a'.repeat(64), ['text_1.orig.tar.gz', 'text_1-1.debian.tar.xz']),
      stanza('1-1+fix', 'b'.repeat(64), [
        'text_1.orig.tar.gz',
        'text_1.orig.tar.gz.asc',
        'text_1-1+fix.debian.tar.xz',
      ]),
    ].join('\n');
    const md5 = (text: string) => createHash('md5').update(text).digest('hex');
    const description = { name: 'text_1-1+fix.dsc', sha256: 'b'.repeat(64) };
    expect(await describeSource(listed, description, folder)).to.equal(`Format: 3.0 (quilt)
Source: text
Version: 1:1-1+fix
Files:
 ${md5('text_1.orig.tar.gz')} 18 text_1.orig.tar.gz
 ${md5('text_1-1+fix.debian.tar.xz')} 26 text_1-1+fix.debian.tar.xz
`);
    const unknown = { ...description, sha256: 'c'.repeat(64) };
    const refused = await describeSource(listed, unknown, folder).catch(({ message }) => message);
    expect(refused).to.match(/do not have text_1-1\+fix\.dsc/);
  });
});
