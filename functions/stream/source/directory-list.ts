import { constants, type Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isMediaKey } from '../base/content-type.ts';
import { type ListedObject, type Listing, listing } from './listing.ts';

/** The most entries that are looked at: links among directories can make a small tree endless. */
const MAX_ENTRIES = 100_000;
const MAX_DEPTH = 32;

type Page = { readonly after: string; readonly limit: number; readonly signal: AbortSignal };

/**
 * Lists the first `limit` media files after `after` below `base`, a real path, in the order of their keys'
 * UTF-8 bytes.
 */
export async function listDirectory(base: string, { after, limit, signal }: Page): Promise<Listing> {
  const found: ListedObject[] = [];
  let seen = 0;
  let last = after;
  await walk('', [base]);
  return listing(found, limit, seen < MAX_ENTRIES ? null : last);

  /** Visits a directory; `trail` holds the real paths from the root down to it. */
  async function walk(prefix: string, trail: readonly string[]): Promise<void> {
    const entries = await readdir(join(base, prefix), { withFileTypes: true });
    const keys = entries.filter(isCandidate).map(({ name }) => prefix + name);
    const directories = await directoriesAmong(entries, prefix);
    // Directories get their slash, as the keys below them have one, and so fall into the order of keys.
    const ordered = keys.map((key) => (directories.has(key) ? `${key}/` : key)).sort(byBytes);
    for (const key of ordered) {
      signal.throwIfAborted();
      if (isBehind(key)) continue;
      if (found.length > limit || seen >= MAX_ENTRIES) return;
      seen++;
      last = key;
      // Entries that vanish or may not be read during the listing are left out.
      await visit(key, trail).catch(() => signal.throwIfAborted());
    }
  }

  /** Tells whether neither this nor anything below it comes after `after`. */
  function isBehind(key: string): boolean {
    return byBytes(key, after) <= 0 && !(key.endsWith('/') && after.startsWith(key));
  }

  async function visit(key: string, trail: readonly string[]): Promise<void> {
    if (!key.endsWith('/') && !isMediaKey(key)) return;
    const path = await realpath(join(base, key));
    if (!isInside(path, base)) return;
    if (key.endsWith('/')) {
      if (trail.length < MAX_DEPTH && !trail.includes(path)) await walk(key, [...trail, path]);
      return;
    }
    const stats = await stat(path);
    if (!stats.isFile()) return;
    // A file that may not be read has no address either.
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

/** Lists the first files of one folder below `base` whose keys begin with `prefix`, in the order of UTF-8 bytes. */
export async function listBeside(
  base: string,
  prefix: string,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<readonly ListedObject[]> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const isHidden = folder.split('/').some((part) => part.startsWith('.'));
  const path = isHidden ? null : await realpath(join(base, folder)).catch(() => null);
  if (path === null || !isInside(path, base)) return [];
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const keys = entries.filter(isCandidate).map(({ name }) => folder + name);
  const found: ListedObject[] = [];
  for (const key of keys.filter((each) => each.startsWith(prefix)).sort(byBytes)) {
    signal.throwIfAborted();
    if (found.length >= limit) break;
    const file = await realpath(join(base, key)).catch(() => null);
    const stats = file !== null && isInside(file, base) ? await stat(file).catch(() => null) : null;
    if (stats?.isFile()) found.push({ key, sizeBytes: stats.size });
  }
  return found;
}

function isInside(path: string, base: string): boolean {
  return path === base || path.startsWith(base.endsWith(sep) ? base : base + sep);
}

function isCandidate({ name }: Dirent): boolean {
  return !name.startsWith('.') && !name.includes('\\');
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
