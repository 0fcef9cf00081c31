import { constants, createWriteStream } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';

export type ListedEntry = {
  readonly name: string;
  /** Octal mode as in `ls -l`, with the kind of file: 100644. */
  readonly mode: string;
  /** Local time without a zone, as stored in the zip. */
  readonly modified: string;
  readonly compressedBytes: number;
  readonly unzippedBytes: number;
};

/** Lists a zip by another library than the one that wrote it. */
export async function listZip(zipPath: string): Promise<ListedEntry[]> {
  const entries: ListedEntry[] = [];
  const zip = await openPromise(zipPath);
  for await (const entry of zip.eachEntry()) {
    entries.push({
      name: entry.fileName,
      mode: (entry.externalFileAttributes >>> 16).toString(8),
      modified: entry.getLastModDate({ timezone: 'UTC' }).toISOString(),
      compressedBytes: entry.compressedSize,
      unzippedBytes: entry.uncompressedSize,
    });
  }
  return entries;
}

/** Unpacks a zip like Lambda, with its links and the modes of its files. */
export async function unpackZip(zipPath: string, directory: string): Promise<void> {
  const zip = await openPromise(zipPath);
  for await (const entry of zip.eachEntry()) {
    const path = join(directory, entry.fileName);
    await mkdir(dirname(path), { recursive: true });
    const mode = entry.externalFileAttributes >>> 16;
    const bytes = await zip.openReadStreamPromise(entry);
    if ((mode & constants.S_IFMT) === constants.S_IFLNK) await symlink(await text(bytes), path);
    else await pipeline(bytes, createWriteStream(path, { mode: mode & 0o777 }));
  }
}
