import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { directoryStore } from '../../functions/stream/derived/directory.ts';
import type { DerivedStore, StoredRecord } from '../../functions/stream/derived/store.ts';
import { WIDE } from '../../testing/ample.ts';

const NAME = 'claims/1';

describe('records in a directory', () => {
  const { signal } = new AbortController();
  const { link } = fs;
  let root: string;
  let store: DerivedStore;

  beforeEach(async () => {
    root = await fs.mkdtemp(join(tmpdir(), 'sluice-records-'));
    store = directoryStore(root, WIDE);
  });
  afterEach(async () => {
    replaceLink(link);
    await fs.rm(root, { recursive: true });
  });

  const read = () => store.readRecord(NAME, signal);
  const write = (text: string, replaces: StoredRecord | null) =>
    store.writeRecord(NAME, text, replaces, signal);
  const writeNext = async (text: string) => write(text, await read());

  for (const before of [0, 1, 5]) {
    for (const followers of [1, 2, 3]) {
      it(`tell a write after ${before} as written if ${followers} have replaced it before its writer looked`, async () => {
        for (let i = 0; i < before; i++) await writeNext('before');
        const known = await read();
        replaceLink(async (...asked) => {
          replaceLink(link);
          await link(...asked);
          for (let i = 0; i < followers; i++) expect(await writeNext('follower')).to.not.equal(null);
        });
        expect(await write('mine', known)).to.include({ text: 'mine' });
        expect(await read()).to.include({ text: 'follower', version: String(before + 1 + followers) });
      });

      it(`tell a write after ${before} as lost if ${followers + 1} others took its number while it slept`, async () => {
        for (let i = 0; i < before; i++) await writeNext('before');
        const known = await read();
        replaceLink(async (...asked) => {
          replaceLink(link);
          for (let i = 0; i <= followers; i++) expect(await writeNext('follower')).to.not.equal(null);
          await link(...asked);
        });
        expect(await write('mine', known)).to.equal(null);
        expect(await read()).to.include({ text: 'follower', version: String(before + 1 + followers) });
        expect(await writeNext('next')).to.include({ text: 'next' });
      });
    }
  }

  it('are not written if somebody has replaced them since they were read', async () => {
    const first = await write('one', null);
    await writeNext('two');
    expect(await write('three', first)).to.equal(null);
    expect(await write('three', null)).to.equal(null);
    await writeNext('three');
    expect(await write('four', first)).to.equal(null);
    expect(await read()).to.include({ text: 'three' });
  });

  it('may have foreign files beside them', async () => {
    const folder = join(root, '.records', NAME);
    const foreign = ['.DS_Store', '.nfs0001', '7.orig'];
    await fs.mkdir(folder, { recursive: true });
    for (const name of foreign) await fs.writeFile(join(folder, name), 'x');
    expect(await read()).to.equal(null);
    await writeNext('one');
    expect(await writeNext('two')).to.include({ text: 'two' });
    expect(await read()).to.include({ text: 'two' });
    expect(await fs.readdir(folder)).to.have.members([...foreign, '2']);
  });
});

/** Replaces the link step of a write with `link`, since no timing would bring that about reliably. */
function replaceLink(link: typeof fs.link): void {
  fs.link = link;
  syncBuiltinESMExports();
}
