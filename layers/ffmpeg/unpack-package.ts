import { Parser } from 'tar';

/** Returns the files of an npm package by their paths in it. Throws if the archive is damaged. */
export function unpackPackage(tarball: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  // tar reads what it is given before `end` returns; without a listener its 'error' is thrown.
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      const chunks: Buffer[] = [];
      entry.on('data', (chunk) => chunks.push(chunk));
      entry.on('end', () => files.set(entry.path.replace(/^package\//, ''), Buffer.concat(chunks)));
    },
  });
  parser.end(tarball);
  return files;
}
