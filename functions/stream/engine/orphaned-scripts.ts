import { lstat, opendir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What `mkdtemp` adds to a prefix. */
const ADDED = /^[A-Za-z0-9]{6}$/;

/** Twice as long as an invocation may take, and so as any folder is in use (Lambda's limit is 900 seconds). */
const ORPHANED_MILLISECONDS = 1_800_000;
/** The most that one look removes. */
const MOST = 100;

/**
 * Removes folders with the prefix that a process of this user has left behind, since it was killed: the next one may find the same
 * temporary files in Lambda. Other processes of this machine may use younger ones. Never rejects.
 */
export async function removeOrphans(folder: string, prefix: string, now: number = Date.now()): Promise<void> {
  let removed = 0;
  try {
    for await (const entry of await opendir(folder)) {
      // A link is no directory here.
      const { name } = entry;
      const isOurs = name.startsWith(prefix) && ADDED.test(name.slice(prefix.length));
      if (!entry.isDirectory() || !isOurs) continue;
      const path = join(folder, name);
      const { uid, mtimeMs } = await lstat(path);
      if (uid !== process.getuid?.() || now - mtimeMs < ORPHANED_MILLISECONDS) continue;
      await rm(path, { recursive: true, force: true });
      removed += 1;
      if (removed === MOST) return;
    }
  } catch {
    // Another process removes them as well, or nobody can; the request does not depend on it.
  }
}
