import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type PackedPackage = {
  /** Of the tarball. */
  readonly path: string;
  /** The paths in it. */
  readonly files: readonly string[];
};

/** Returns the folder of `packages/{name}`. */
export function packageFolder(name: string): string {
  return fileURLToPath(new URL(`../packages/${name}`, import.meta.url));
}

/** Builds and packs `packages/{name}` into a folder, as for a registry. */
export async function packPackage(name: string, folder: string): Promise<PackedPackage> {
  const cwd = packageFolder(name);
  // By itself, since npm may have been told to run no scripts.
  await run('npm', ['run', 'build'], { cwd });
  const args = ['pack', '--json', '--silent', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd });
  // What the build prints may stand before it.
  const [said] = JSON.parse(stdout.slice(stdout.indexOf('['))) as {
    filename: string;
    files: { path: string }[];
  }[];
  if (said === undefined) throw new Error('npm has packed nothing.');
  return { path: join(folder, said.filename), files: said.files.map(({ path }) => path) };
}
