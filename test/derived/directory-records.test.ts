import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { directoryStore } from '../../functions/stream/derived/directory.ts';
import type { DerivedStore, StoredRecord } from '../../functions/stream/derived/store.ts';

const NAME = 'claims/1';

describe('records in a directory', () => {
  const { signal } = new AbortController();
  let root: string;
  let store: DerivedStore;

  beforeEach(async () => {
    root = await fs.mkdtemp(join(tmpdir(), 'sluice-records-'));
    store = directoryStore(root);
  });
  afterEach(async () => {
    await fs.rm(root, { recursive: true });
  });

  const read = () => store.readRecord(NAME, signal);
  const write = (text: string, replaces: StoredRecord | null) =>
    store.writeRecord(NAME, text, replaces, signal);
  const writeNext = async (text: string) => write(text, await read());

  it('lie beside files that others have put there', async () => {
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
