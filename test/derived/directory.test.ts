import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { directoryStore } from '../../functions/stream/derived/directory.ts';
import { tidy } from '../../functions/stream/derived/directory-upkeep.ts';
import { WIDE } from '../../testing/ample.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const MB = 1_000_000;

describe('directoryStore', () => {
  const { signal } = new AbortController();
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sluice-directory-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function put(
    name: string,
    { written = 0, read = written, bytes = 1 }: { written?: number; read?: number; bytes?: number },
  ): Promise<void> {
    const path = join(root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.alloc(bytes));
    const now = Date.now() / 1000;
    await utimes(path, now - read, now - written);
  }

  const namesIn = (folder: string) => readdir(join(root, folder));

  it('removes what dead producers left after a day, and no output', async () => {
    for (const folder of ['.drafts', 'parts', 'made']) {
      await put(`${folder}/old`, { written: 25 * HOUR });
      await put(`${folder}/new`, { written: 23 * HOUR });
    }
    expect(await directoryStore(root, WIDE).find('made/old', signal)).to.include({ sizeBytes: 1 });
    while (existsSync(join(root, '.drafts/old')) || existsSync(join(root, 'parts/old'))) await delay(5);
    await tidy(root, WIDE);
    expect(await namesIn('.drafts')).to.deep.equal(['new']);
    expect(await namesIn('parts')).to.deep.equal(['new']);
    expect(await namesIn('made')).to.have.members(['old', 'new']);
  });

  it('removes outputs and records that have expired, and nothing that is not its own', async () => {
    for (const name of ['made/old', '.records/exports/old/3', 'other/old', 'old'])
      await put(name, { written: 8 * DAY, read: 0 });
    for (const name of ['made/new', '.records/exports/new/3']) await put(name, { written: 6 * DAY });
    await utimes(join(root, '.records/exports/old'), 0, 0);
    // A record that is just being written has a folder before it has a version.
    await mkdir(join(root, '.records/exports/begun'));
    await tidy(root, { ...WIDE, expirySeconds: 7 * DAY });
    expect(await namesIn('made')).to.deep.equal(['new']);
    expect(await namesIn('.records/exports')).to.have.members(['new', 'begun', 'old']);
    expect(await namesIn('.records/exports/old')).to.deep.equal([]);
    expect(await readdir(root)).to.have.members(['made', '.records', 'other', 'old']);
    // The removal itself was a change of its folder.
    await utimes(join(root, '.records/exports/old'), 0, 0);
    await tidy(root, { ...WIDE, expirySeconds: 7 * DAY });
    expect(await namesIn('.records/exports')).to.have.members(['new', 'begun']);
  });

  it('removes what was not used for the longest time from a folder that is too full', async () => {
    await put('made/read-lately', { written: 9 * HOUR, read: HOUR, bytes: 4 * MB });
    await put('made/unused', { written: 8 * HOUR, bytes: 4 * MB });
    await put('made/written-lately', { written: 0, bytes: 4 * MB });
    await put('parts/of-an-export', { bytes: 2 * MB });
    await tidy(root, { ...WIDE, mostBytes: 14 * MB });
    expect(await namesIn('made')).to.have.length(3);
    await tidy(root, { ...WIDE, mostBytes: 13 * MB });
    expect(await namesIn('made')).to.have.members(['read-lately', 'written-lately']);
    await tidy(root, { ...WIDE, mostBytes: 3 * MB });
    // It was just produced for somebody.
    expect(await namesIn('made')).to.deep.equal(['written-lately']);
    expect(await namesIn('parts')).to.deep.equal(['of-an-export']);
  });

  it('stays within its bounds while it is written to', async () => {
    const store = directoryStore(root, { ...WIDE, mostBytes: 10 * MB });
    for (let i = 0; i < 60; i++) {
      const draft = await store.create(`made/${i}`, { signal });
      await draft.write(Buffer.alloc(MB));
      await draft.publish();
    }
    while ((await namesIn('made')).length > 10) await delay(5);
    expect(await store.find('made/59', signal)).to.include({ sizeBytes: MB });
  });

  for (const [what, path] of [
    ['its content', ''],
    ['its drafts', '.drafts'],
    ['its records', '.records'],
  ] as const) {
    it(`works again once ${what} was removed`, async () => {
      const store = directoryStore(root, WIDE);
      const produce = async () => {
        const draft = await store.create('made/1', { signal });
        await draft.write(Buffer.alloc(10));
        await draft.publish();
        const before = await store.readRecord('claims/1', signal);
        return [before?.text, await store.writeRecord('claims/1', 'text', before, signal)];
      };
      await produce();
      await rm(join(root, path), { recursive: true });
      await produce();
      expect(await store.find('made/1', signal)).to.include({ sizeBytes: 10 });
      expect(await store.readRecord('claims/1', signal)).to.include({ text: 'text' });
      expect((await stat(join(root, 'made/1'))).size).to.equal(10);
    });
  }

  it('finds nothing in a folder that was removed, and does not fail', async () => {
    const store = directoryStore(root, WIDE);
    await store.create('made/1', { signal }).then((draft) => draft.publish());
    await rm(root, { recursive: true });
    expect(await store.find('made/1', signal)).to.equal(null);
    expect(await store.readRecord('claims/1', signal)).to.equal(null);
  });
});
