import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PackageUnavailable } from '../../layers/ffmpeg/fetch-package.ts';

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));

/** Real parts that a test may rely on; each is a path that must exist. */
const PARTS = {
  corpus: [`${shared}corpus/MANIFEST.tsv`],
  conformance: [`${shared}conformance/range-run.mjs`],
  chromium: ['/usr/bin/chromium'],
  ceph: ['/usr/bin/radosgw', '/usr/bin/ceph-mon', '/usr/bin/ceph-osd', '/usr/bin/ceph'],
  openssl: ['/usr/bin/openssl'],
  python: ['/usr/bin/python3'],
  ffmpeg: ['/usr/bin/ffmpeg', '/usr/bin/ffprobe'],
} as const;

export type Part = keyof typeof PARTS;

export const corpusDirectory = `${shared}corpus`;
export const conformanceDirectory = `${shared}conformance`;

export function has(part: Part): boolean {
  return PARTS[part].every((path) => existsSync(path));
}

/** Skips the test or suite, and says why, where a part is missing; under CI a missing part is a failure. */
export function needs(context: Mocha.Context, ...parts: readonly Part[]): void {
  const missing = parts.filter((part) => !has(part));
  if (missing.length > 0) skip(context, `${missing.join(', ')}, which this machine does not have`);
}

/** As `needs`, where `fetch` needs packages that `npm ci` leaves out and the npm registry may be out of reach. */
export async function needsPackages<T>(context: Mocha.Context, fetch: () => Promise<T>): Promise<T> {
  try {
    return await fetch();
  } catch (error) {
    if (!(error instanceof PackageUnavailable)) throw error;
    return skip(context, `the npm registry: ${error.message}`);
  }
}

/** As `needs`, for what only Linux has. */
export function needsLinux(context: Mocha.Context): void {
  if (process.platform !== 'linux') skip(context, 'Linux');
}

function skip(context: Mocha.Context, what: string): never {
  const sentence = `needs ${what}`;
  if (process.env.CI) throw new Error(`${context.test?.fullTitle() ?? 'a test'} ${sentence}`);
  console.log(`      skipped: ${sentence}`);
  return context.skip();
}
