import { constants, type Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isMediaKey } from '../base/content-type.ts';
import { type ListedObject, type Listing, listing } from './listing.ts';

/** What is looked at in all: links among directories can make a small tree endless. */
const MAX_ENTRIES = 100_000;
const MAX_DEPTH = 32;

type Page = { readonly after: string; readonly limit: number; readonly signal: AbortSignal };

/** The first `limit` media files behind `after` below `base`, a real path, in the order of their keys' UTF-8 bytes. */
export async function listDirectory(base: string, { after, limit, signal }: Page): Promise<Listing> {
  const found: ListedObject[] = [];
  let seen = 0;
  let last = after;
  await walk('', [base]);
  return listing(found, limit, seen < MAX_ENTRIES ? null : last);

  /** `trail` holds the real paths from the root down to this directory. */
  async function walk(prefix: string, trail: readonly string[]): Promise<void> {
    const entries = await readdir(join(base, prefix), { withFileTypes: true });
    const keys = entries.filter(isCandidate).map(({ name }) => prefix + name);
    const directories = await directoriesAmong(entries, prefix);
    // With its slash, as the keys below it have one, so that directories fall into the order of keys.
    const ordered = keys.map((key) => (directories.has(key) ? `${key}/` : key)).sort(byBytes);
    for (const key of ordered) {
      signal.throwIfAborted();
      if (isBehind(key)) continue;
      if (found.length > limit || seen >= MAX_ENTRIES) return;
      seen++;
      last = key;
      // What vanishes or may not be read while it is listed is left out.
      await visit(key, trail).catch(() => signal.throwIfAborted());
    }
  }

  /** Whether neither this nor what is below it comes after `after`. */
  function isBehind(key: string): boolean {
    return byBytes(key, after) <= 0 && !(key.endsWith('/') && after.startsWith(key));
  }

  async function visit(key: string, trail: readonly string[]): Promise<void> {
    if (!key.endsWith('/') && !isMediaKey(key)) return;
    const path = await realpath(join(base, key));
    if (!path.startsWith(base.endsWith(sep) ? base : base + sep)) return;
    if (key.endsWith('/')) {
      if (trail.length < MAX_DEPTH && !trail.includes(path)) await walk(key, [...trail, path]);
      return;
    }
    const stats = await stat(path);
    if (!stats.isFile()) return;
    // What may not be read is no address either.
    await (await open(path, constants.O_RDONLY | constants.O_NONBLOCK)).close();
    found.push({ key, sizeBytes: stats.size });
  }

  async function directoriesAmong(entries: readonly Dirent[], prefix: string): Promise<ReadonlySet<string>> {
    const directories = new Set<string>();
    for (const entry of entries) {
      const key = prefix + entry.name;
      const isOne = entry.isSymbolicLink()
        ? await stat(join(base, key)).then(
            (stats) => stats.isDirectory(),
            () => false,
          )
        : entry.isDirectory();
      if (isOne) directories.add(key);
    }
    return directories;
  }
}

function isCandidate({ name }: Dirent): boolean {
  return !name.startsWith('.') && !name.includes('\\');
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
