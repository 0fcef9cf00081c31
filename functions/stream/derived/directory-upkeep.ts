import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DirectoryBounds } from '../config/config.ts';
import { isMissing } from './file-errors.ts';

/** Folders below the root of a store; nothing else in it is touched. */
export const FOLDERS = { objects: 'made', parts: 'parts', drafts: '.drafts', records: '.records' } as const;

export type Upkeep = {
  /** Begins to tidy up in the background, unless that was done lately. */
  remind(): void;
  /** Says that so many bytes were added. */
  added(bytes: number): void;
};

const EVERY_MILLISECONDS = 10 * 60 * 1000;
/** Several instances write, and each knows only of its own bytes. */
const SHARE_UNSEEN = 0.02;

/** Keeps a store's folder within its bounds while the process uses it. */
export function createUpkeep(root: string, bounds: DirectoryBounds): Upkeep {
  let isUnderWay = false;
  let dueAt = 0;
  let unseenBytes = 0;
  const begin = () => {
    if (isUnderWay) return;
    isUnderWay = true;
    unseenBytes = 0;
    dueAt = performance.now() + EVERY_MILLISECONDS;
    // Who cannot read or remove files here cannot write them either, and is told so then.
    void tidy(root, bounds)
      .catch(() => {})
      .finally(() => {
        isUnderWay = false;
        // It did not see what was added meanwhile, and perhaps nothing is added any more.
        if (isMuchUnseen()) begin();
      });
  };
  const isMuchUnseen = () => unseenBytes > bounds.mostBytes * SHARE_UNSEEN;
  return {
    remind: () => {
      if (performance.now() >= dueAt) begin();
    },
    added: (bytes) => {
      unseenBytes += bytes;
      if (isMuchUnseen()) begin();
    },
  };
}

/** What dead producers have left, drafts and parts of exports, goes after a day. */
const LEFT_SECONDS = 24 * 3600;
/** Space for some time, once the folder is full. */
const FILL = 0.9;

/** Removes what is too old, then what is too much. Other processes may do the same at once. */
export async function tidy(root: string, { expirySeconds, mostBytes }: DirectoryBounds): Promise<void> {
  const left = [
    ...(await removeOlder(join(root, FOLDERS.drafts), LEFT_SECONDS)),
    ...(await removeOlder(join(root, FOLDERS.parts), LEFT_SECONDS)),
  ];
  await removeOlder(join(root, FOLDERS.records), expirySeconds);
  await removeEmpty(join(root, FOLDERS.records));
  const objects = await removeOlder(join(root, FOLDERS.objects), expirySeconds);
  let bytes = [...left, ...objects].reduce((sum, file) => sum + file.sizeBytes, 0);
  if (bytes <= mostBytes) return;
  // The latest stays, however large it is: somebody has just asked for it.
  const longestUnused = objects.toSorted((a, b) => a.usedMs - b.usedMs).slice(0, -1);
  for (const { path, sizeBytes } of longestUnused) {
    if (bytes <= mostBytes * FILL) return;
    await rm(path, { force: true });
    bytes -= sizeBytes;
  }
}

type File = {
  readonly path: string;
  readonly sizeBytes: number;
  /** When it was written or, as far as the file system notes it, read. */
  readonly usedMs: number;
};

/** Returns the files that stay. */
async function removeOlder(folder: string, seconds: number): Promise<File[]> {
  const files: File[] = [];
  for (const path of await filesBelow(folder)) {
    const stats = await stat(path).catch(unlessMissing);
    if (stats === null) continue;
    const { mtimeMs, atimeMs, size: sizeBytes } = stats;
    if (Date.now() - mtimeMs > seconds * 1000) await rm(path, { force: true });
    else files.push({ path, sizeBytes, usedMs: Math.max(mtimeMs, atimeMs) });
  }
  return files;
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(unlessMissing);
  return (entries ?? [])
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** A record is a folder of its own, which is empty once it has expired. One that was just created waits for its file. */
async function removeEmpty(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(unlessMissing);
  const folders = (entries ?? []).filter((entry) => entry.isDirectory());
  // Inner ones come first.
  const paths = folders
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted()
    .reverse();
  for (const path of paths) {
    const stats = await stat(path).catch(unlessMissing);
    // One that is not empty stays.
    if (stats && Date.now() - stats.mtimeMs > LATELY_MILLISECONDS) await rmdir(path).catch(() => {});
  }
}

const LATELY_MILLISECONDS = 60_000;

function unlessMissing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}
