import { readFile } from 'node:fs/promises';
import * as v from 'valibot';

/** An npm package as package-lock.json pins it. */
export type LockedPackage = {
  readonly name: string;
  readonly version: string;
  /** Of its tarball, in Base64. */
  readonly sha512: string;
};

const LOCK_FILE = new URL('../../package-lock.json', import.meta.url);

/** Rejects if the lock file does not say which bytes `name` consists of. */
export async function lockedPackage(name: string): Promise<LockedPackage> {
  const { packages } = v.parse(LOCK, JSON.parse(await readFile(LOCK_FILE, 'utf8')));
  const result = v.safeParse(ENTRY, packages[`node_modules/${name}`]);
  if (result.success) return { name, version: result.output.version, sha512: result.output.integrity };
  throw new Error(
    `package-lock.json has no version with a sha512 of ${name}: it must list the packages of all platforms, as the ` +
      'one of the repository does.',
  );
}

const LOCK = v.object({ packages: v.record(v.string(), v.unknown()) });

const ENTRY = v.object({
  version: v.string(),
  integrity: v.pipe(
    v.string(),
    v.regex(/^sha512-[A-Za-z0-9+/]{86}==$/),
    v.transform((integrity) => integrity.slice('sha512-'.length)),
  ),
});
