import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { replaceFile } from '../../deployment/replace-file.ts';
import type { LockedPackage } from './locked-package.ts';

export type FetchOptions = {
  /** Stores the tarballs, so that each is fetched once. */
  readonly cacheDirectory: string;
  /** The environment of npm. */
  readonly environment: NodeJS.ProcessEnv;
};

/** npm could not fetch a package: no network, no such version, no npm. */
export class PackageUnavailable extends Error {}

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Returns the tarball of a package, whose bytes are those that package-lock.json promises, even of a package
 * for another platform, which `npm ci` leaves out. Rejects with PackageUnavailable, or with an Error if the
 * bytes differ.
 */
export async function fetchPackage(locked: LockedPackage, options: FetchOptions): Promise<Buffer> {
  const { name, version, sha512 } = locked;
  const cached = join(options.cacheDirectory, `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`);
  const held = await readFile(cached).catch(() => null);
  if (held !== null && sha512Of(held) === sha512) return held;
  const fresh = await pack(`${name}@${version}`, options);
  if (sha512Of(fresh) !== sha512) {
    throw new Error(
      `${name} ${version} from the npm registry is not the package that package-lock.json names: its sha512 is ` +
        `${sha512Of(fresh)} and should be ${sha512}. Nothing of it was used.`,
    );
  }
  await replaceFile(cached, fresh);
  return fresh;
}

// npm's own client knows the person's registry, proxy, certificates and keys, and comes with every Node.js;
// the libraries under it (pacote) do not read .npmrc, and their releases no longer support Node.js 20.
async function pack(specifier: string, { cacheDirectory, environment }: FetchOptions): Promise<Buffer> {
  console.log(`Fetching ${specifier} from the npm registry`);
  await mkdir(cacheDirectory, { recursive: true });
  const directory = await mkdtemp(join(cacheDirectory, 'fetching-'));
  try {
    const flags = [
      '--pack-destination',
      directory,
      '--prefer-offline',
      '--dry-run=false',
      '--loglevel=error',
    ];
    await promisify(execFile)('npm', ['pack', specifier, ...flags], { cwd: PROJECT, env: environment });
    const [file = ''] = await readdir(directory);
    return await readFile(join(directory, file));
  } catch (error) {
    throw new PackageUnavailable(
      `${specifier}, which the ffmpeg layer consists of, could not be fetched from the npm registry: ${reasonOf(error)}.`,
      { cause: error },
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** npm prints a code, such as ENOTFOUND, and then lines of advice. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'ENOENT') return 'there is no npm on the PATH';
  const lines = 'stderr' in error ? String(error.stderr).match(/^npm (?:error|ERR!) .*/gm) : null;
  const told = (lines ?? []).map((line) => line.replace(/^npm (?:error|ERR!) /, ''));
  const code = told.find((line) => line.startsWith('code '))?.slice('code '.length);
  return code === undefined ? (told[0] ?? error.message) : `npm ends with ${code}`;
}

function sha512Of(bytes: Uint8Array): string {
  return createHash('sha512').update(bytes).digest('base64');
}
