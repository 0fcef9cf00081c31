import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

export type ZipEntry = {
  readonly name: string;
  /** Unix permissions, such as 0o755. */
  readonly mode: number;
  readonly bytes: Buffer;
};

/** The entries of a zip by its directory (APPNOTE 4.3.12): stored or deflated, not encrypted, below 4 GB. */
export function readZip(zip: Buffer): ZipEntry[] {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0) throw new Error('This is no zip.');
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const method = zip.readUInt16LE(at + 10);
    const compressedBytes = zip.readUInt32LE(at + 20);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const mode = (zip.readUInt32LE(at + 38) >>> 16) & 0o7777;
    const local = zip.readUInt32LE(at + 42);
    const nameEnd = at + 46 + (nameBytes ?? 0);
    const name = zip.toString('utf8', at + 46, nameEnd);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const data = zip.subarray(start, start + compressedBytes);
    if (method !== 0 && method !== 8) throw new Error(`${name} is compressed by method ${method}.`);
    if (!name.endsWith('/')) entries.push({ name, mode, bytes: method === 0 ? data : inflateRawSync(data) });
    at = nameEnd + (extraBytes ?? 0) + (commentBytes ?? 0);
  }
  return entries;
}

/** Unpacks as Lambda does: with the permissions that the zip gives. */
export async function unpack(zip: Buffer, directory: string): Promise<ZipEntry[]> {
  const entries = readZip(zip);
  for (const { name, mode, bytes } of entries) {
    if (name.startsWith('/') || name.split('/').includes('..'))
      throw new Error(`${name} leads out of the zip.`);
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes, { mode });
  }
  return entries;
}
