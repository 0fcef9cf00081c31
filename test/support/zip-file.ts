import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';

export type ListedEntry = {
  readonly name: string;
  /** As `ls -l` writes it in octal, with the kind of file: 100644. */
  readonly mode: string;
  /** As the zip has it, local time of nowhere. */
  readonly modified: string;
  readonly compressedBytes: number;
  readonly unzippedBytes: number;
};

/** What a zip says of itself, read by another library than the one that wrote it. */
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

/** Unpacks a zip as Lambda does, with the modes of its entries. */
export async function unpackZip(zipPath: string, directory: string): Promise<void> {
  const zip = await openPromise(zipPath);
  for await (const entry of zip.eachEntry()) {
    const path = join(directory, entry.fileName);
    await mkdir(dirname(path), { recursive: true });
    const mode = (entry.externalFileAttributes >>> 16) & 0o777;
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path, { mode }));
  }
}
