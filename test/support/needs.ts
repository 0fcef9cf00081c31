import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PackageUnavailable } from '../../layers/ffmpeg/fetch-package.ts';
import { providerMirror } from './provider-mirror.ts';

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));

/** Real parts that a test may rely on: whether this machine has them. */
const PARTS = {
  corpus: () => existsSync(`${shared}corpus/MANIFEST.tsv`),
  conformance: () => existsSync(`${shared}conformance/range-run.mjs`),
  cases: () => existsSync(`${shared}cases/README.md`),
  chromium: () => existsSync('/usr/bin/chromium'),
  firefox: () => existsSync('/usr/bin/firefox-esr'),
  ceph: () => ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph'].every((name) => existsSync(`/usr/bin/${name}`)),
  ffmpeg: () => ['ffmpeg', 'ffprobe'].every((name) => existsSync(`/usr/bin/${name}`)),
  taskset: () => existsSync('/usr/bin/taskset'),
  terraform: () => onPath('terraform'),
  openssl: () => existsSync('/usr/bin/openssl'),
  python: () => existsSync('/usr/bin/python3'),
  /** Or whatever else AWS_ENDPOINT_URL names. */
  moto: () => Boolean(process.env.AWS_ENDPOINT_URL) || onPath('moto_server'),
  /** Terraform's provider for AWS, in a folder. */
  provider: () => providerMirror() !== null,
} as const;

export type Part = keyof typeof PARTS;

export const corpusDirectory = `${shared}corpus`;
/**
 * Inputs that went wrong once, and what is right: the README there.
 * @public
 */
export const casesDirectory = `${shared}cases`;
export const conformanceDirectory = `${shared}conformance`;

export function has(part: Part): boolean {
  return PARTS[part]();
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

function onPath(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}
