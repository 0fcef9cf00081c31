import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { directoryStore } from '../../functions/stream/derived/directory.ts';

const HOUR = 3600;

describe('directoryStore', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sluice-directory-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('removes what dead producers left after a day, and no output', async () => {
    for (const folder of ['.drafts', 'parts', 'made']) {
      await mkdir(join(root, folder));
      for (const [name, hours] of [
        ['old', 25],
        ['new', 23],
      ] as const) {
        const path = join(root, folder, name);
        await writeFile(path, 'x');
        const at = Date.now() / 1000 - hours * HOUR;
        await utimes(path, at, at);
      }
    }
    const { signal } = new AbortController();
    expect(await directoryStore(root).find('made/old', signal)).to.include({ sizeBytes: 1 });
    expect(await readdir(join(root, '.drafts'))).to.deep.equal(['new']);
    expect(await readdir(join(root, 'parts'))).to.deep.equal(['new']);
    expect(await readdir(join(root, 'made'))).to.have.members(['old', 'new']);
  });
});
