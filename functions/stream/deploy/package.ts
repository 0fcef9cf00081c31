import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { tell } from '../../../deployment/tell.ts';
import { requireUnzippedFits } from '../../../deployment/unzipped-limit.ts';
import { type WrittenZip, writeZip, type ZipEntry } from '../../../deployment/zip.ts';
import { buildBundle, buildWithPapers, HANDLER } from './bundle.ts';

export type FunctionZip = Omit<WrittenZip, 'unzippedBytes'> & {
  /** The handler as Lambda's configuration names it. */
  readonly handler: string;
};

/**
 * Builds the function and zips it, with its source maps for the stack traces, the licences of what is in it and a
 * bill of materials: the same sources give the same bytes.
 */
export async function packageFunction(outDirectory: string): Promise<FunctionZip> {
  const files = await buildWithPapers();
  const entries = files.map(({ name, bytes }): ZipEntry => ({ name, bytes, mode: 0o644 }));
  requireUnzippedFits(
    'function',
    entries.reduce((sum, { bytes }) => sum + bytes.length, 0),
  );
  const { zipPath, sha256Base64, zipBytes } = await writeZip(outDirectory, 'stream', entries);
  return { zipPath, sha256Base64, zipBytes, handler: HANDLER };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  tell('Zipping the function with its licences');
  const { zipPath, zipBytes } = await packageFunction(
    fileURLToPath(new URL('../../../dist', import.meta.url)),
  );
  const modules = (await buildBundle()).filter(({ name }) => name.endsWith('.mjs'));
  const moduleBytes = modules.reduce((sum, { bytes }) => sum + deflateRawSync(bytes).length, 0);
  console.log(`${zipPath}: ${kibibytes(zipBytes)}, of which the modules ${kibibytes(moduleBytes)}`);
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}
