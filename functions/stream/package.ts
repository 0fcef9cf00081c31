import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { storedZip } from '../../layers/ffmpeg/build.ts';
import { bundleFunction } from './bundle.ts';

export type FunctionZip = {
  readonly zipPath: string;
  readonly sha256Base64: string;
  readonly zipBytes: number;
  readonly handler: string;
};

/** Stand-in. */
export async function packageFunction(outDirectory: string): Promise<FunctionZip> {
  const { directory, handler } = await bundleFunction(join(outDirectory, 'function'));
  const zip = storedZip([
    { name: 'index.mjs', bytes: await readFile(join(directory, 'index.mjs')), mode: 0o644 },
    { name: 'index.mjs.map', bytes: await readFile(join(directory, 'index.mjs.map')), mode: 0o644 },
  ]);
  const zipPath = join(outDirectory, 'function.zip');
  await writeFile(zipPath, zip);
  return {
    zipPath,
    sha256Base64: createHash('sha256').update(zip).digest('base64'),
    zipBytes: zip.length,
    handler,
  };
}
