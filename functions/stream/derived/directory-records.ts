import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refuseImpossibleKey } from '../base/key.ts';
import { fail, isMissing, isTaken } from './file-errors.ts';
import type { DerivedStore, StoredRecord } from './store.ts';

type Places = {
  readonly root: string;
  /** A folder on the same file system for drafts that are not linked yet. */
  readonly drafts: string;
  readonly prepare: () => Promise<void>;
};

/**
 * Stores records as folders of numbered versions, of which the highest is current. The next version is linked
 * only if its number is free, which a rename could not tell. A writer marks the file of a version before it
 * replaces it.
 */
export function directoryRecords({
  root,
  drafts,
  prepare,
}: Places): Pick<DerivedStore, 'readRecord' | 'writeRecord'> {
  return {
    async readRecord(name, signal) {
      refuseImpossibleKey(name);
      const folder = join(root, name);
      for (;;) {
        signal.throwIfAborted();
        const version = await newest(folder).catch(fail);
        if (version === null) return null;
        const record = await readVersion(name, folder, version).catch(fail);
        // Null means that it was replaced since it was listed.
        if (record !== null) return record;
      }
    },

    async writeRecord(name, text, replaces, signal) {
      refuseImpossibleKey(name);
      signal.throwIfAborted();
      await prepare();
      const folder = join(root, name);
      const version = replaces === null ? 1 : Number(replaces.version) + 1;
      const draft = join(drafts, randomUUID());
      try {
        await writeFile(draft, text);
        await mkdir(folder, { recursive: true });
        if (replaces !== null && !(await mark(join(folder, replaces.version)))) return null;
        await link(draft, join(folder, String(version)));
        // A writer that slept meanwhile may have linked a number that existed before and was removed. The
        // draft is the same file: if it is marked, somebody has read it as the newest and has replaced it
        // already.
        if ((await newest(folder)) !== version && !(await isMarked(draft))) return null;
        await removeBelow(folder, version);
        return { name, text, version: String(version), ageSeconds: 0 };
      } catch (error) {
        if (isTaken(error)) return null;
        return fail(error);
      } finally {
        await rm(draft, { force: true });
      }
    },
  };
}

async function readVersion(name: string, folder: string, version: number): Promise<StoredRecord | null> {
  const path = join(folder, String(version));
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    return { name, text, version: String(version), ageSeconds: (Date.now() - mtimeMs) / 1000 };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Returns false if the file is gone, which means that it was replaced. */
async function mark(path: string): Promise<boolean> {
  try {
    await chmod(path, READ_ONLY);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function isMarked(path: string): Promise<boolean> {
  return ((await stat(path)).mode & OWNER_WRITES) === 0;
}

const READ_ONLY = 0o444;
const OWNER_WRITES = 0o200;

async function newest(folder: string): Promise<number | null> {
  const versions = (await versionsIn(folder)).sort((a, b) => b - a);
  return versions[0] ?? null;
}

async function removeBelow(folder: string, version: number): Promise<void> {
  for (const older of await versionsIn(folder)) {
    if (older < version) await rm(join(folder, String(older)), { force: true });
  }
}

async function versionsIn(folder: string): Promise<number[]> {
  try {
    // File systems and their browsers add files of their own, such as .nfs0001 and .DS_Store.
    return (await readdir(folder)).filter((name) => VERSION.test(name)).map(Number);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const VERSION = /^\d+$/;
