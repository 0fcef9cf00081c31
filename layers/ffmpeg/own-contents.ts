import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { requireUnzippedFits } from '../../deployment/unzipped-limit.ts';
import type { Architecture } from './architecture.ts';
import { type LayerContents, type LicenceText, PROGRAM_NAMES, type Program } from './contents.ts';
import { ownNotice } from './notice.ts';
import { programDirectory } from './program-directory.ts';

const LICENCE_FILE = /^(licen[cs]e|copying|notice|sources|sbom)/i;

/**
 * Takes the executables `ffmpeg` and `ffprobe` from a directory, or from the one in it that is named like the
 * architecture, with the licences that lie beside them.
 */
export async function ownContents(directory: string, architecture: Architecture): Promise<LayerContents> {
  const folder = programDirectory(directory, architecture);
  const paths = PROGRAM_NAMES.map((name) => ({ name, path: join(folder, name) }));
  const sizes = new Map<string, number>();
  for (const { path } of paths) sizes.set(await realpath(path).catch(() => path), await sizeOf(path));
  // Checked before anything is read: a file may be larger than the memory.
  requireUnzippedFits(
    'layer',
    [...sizes.values()].reduce((sum, size) => sum + size, 0),
  );
  const programs: Program[] = [];
  for (const { name, path } of paths) programs.push({ name, origin: path, bytes: await read(path) });
  return {
    programs,
    licences: [
      ...(await licencesIn(folder)),
      { name: 'README.txt', bytes: Buffer.from(ownNotice(programs)) },
    ],
  };
}

async function sizeOf(path: string): Promise<number> {
  const file = await stat(path).catch((error: unknown) => unreadable(path, error));
  if (!file.isFile()) unreadable(path, new Error('it is not a file'));
  return file.size;
}

function read(path: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => unreadable(path, error));
}

function unreadable(path: string, error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new Error(
    `${path} cannot be read (${reason}); a directory of one's own programs holds the files ffmpeg and ffprobe.`,
    { cause: error },
  );
}

async function licencesIn(directory: string): Promise<LicenceText[]> {
  const texts: LicenceText[] = [];
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (LICENCE_FILE.test(name) && (await stat(path)).isFile()) texts.push({ name, bytes: await read(path) });
  }
  return texts;
}
