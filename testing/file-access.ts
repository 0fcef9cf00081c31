import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { RandomAccess } from '../functions/stream/source/bytes.ts';
import { corpusDirectory } from './needs.ts';

/** Random access that counts its reads and their bytes. */
export type CountedAccess = RandomAccess & { readonly reads: { count: number; bytes: number } };

/** Accesses a file on disk; opens it for each read, so that nothing stays open. */
export function fileAccess(path: string): CountedAccess {
  const sizeBytes = within(path, (descriptor) => fstatSync(descriptor).size);
  return counted(sizeBytes, (start, end) =>
    within(path, (descriptor) => {
      const bytes = Buffer.alloc(end - start);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, start));
    }),
  );
}

/** Accesses a file of the corpus by its name there. */
export function corpusAccess(name: string): CountedAccess {
  return fileAccess(`${corpusDirectory}/${name}`);
}

export function bytesAccess(bytes: Uint8Array): CountedAccess {
  return counted(bytes.byteLength, (start, end) => bytes.subarray(start, end));
}

function counted(sizeBytes: number, read: (start: number, end: number) => Uint8Array): CountedAccess {
  const reads = { count: 0, bytes: 0 };
  return {
    sizeBytes,
    reads,
    async read(start, end) {
      const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0;
      if (!isRange) throw new RangeError(`[${start}, ${end}) is no range.`);
      const bytes = read(
        Math.min(start, sizeBytes),
        Math.max(Math.min(start, sizeBytes), Math.min(end, sizeBytes)),
      );
      reads.count++;
      reads.bytes += bytes.byteLength;
      return bytes;
    },
  };
}

function within<T>(path: string, work: (descriptor: number) => T): T {
  const descriptor = openSync(path, 'r');
  try {
    return work(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
