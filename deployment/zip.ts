import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { type AsyncZippable, zip } from 'fflate';
import { replaceFile } from './replace-file.ts';

export type ZipEntry = {
  /** The path in the zip, with slashes. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** A symbolic link has its target as bytes. */
  readonly mode: 0o644 | 0o755 | 'link';
};

export type WrittenZip = {
  /** An absolute path. */
  readonly zipPath: string;
  /** As in Lambda's CodeSha256 and Terraform's filebase64sha256. */
  readonly sha256Base64: string;
  readonly zipBytes: number;
  readonly unzippedBytes: number;
};

// fflate compresses in JavaScript, each large file in its own thread: the same bytes with every Node.js and
// on every machine. zlib's bytes may differ with its version and the processor, and Terraform would replace
// an unchanged function.
const { version } = createRequire(import.meta.url)('fflate/package.json');
// Level 9 saves 0.1 % of ffmpeg and takes half as long again.
const LEVEL = 6;

const REGULAR_FILE = 0o100000;
const LINK = 0o120777;
const UNIX = 3;

/**
 * Writes `<name>-<digest of the entries>.zip` into `outDirectory`: the same entries give the same bytes on
 * every machine, in every folder and time zone, with every umask. An existing zip that matches its stamp is
 * not written again.
 */
export async function writeZip(
  outDirectory: string,
  name: string,
  entries: readonly ZipEntry[],
): Promise<WrittenZip> {
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  const zipPath = join(resolve(outDirectory), `${name}-${digest(sorted).slice(0, 16)}.zip`);
  const bytes = (await readWhole(zipPath)) ?? (await make(zipPath, sorted));
  return {
    zipPath,
    sha256Base64: sha256(bytes).toString('base64'),
    zipBytes: bytes.length,
    unzippedBytes: sorted.reduce((sum, entry) => sum + entry.bytes.length, 0),
  };
}

async function make(zipPath: string, entries: readonly ZipEntry[]): Promise<Uint8Array> {
  const files: AsyncZippable = {};
  for (const { name, bytes, mode } of entries) {
    files[name] = [bytes, { os: UNIX, attrs: ((mode === 'link' ? LINK : REGULAR_FILE | mode) << 16) >>> 0 }];
  }
  const bytes = await compress(files);
  await mkdir(dirname(zipPath), { recursive: true });
  await replaceFile(zipPath, bytes);
  await replaceFile(stampPath(zipPath), stamp(zipPath, bytes));
  return bytes;
}

function compress(files: AsyncZippable): Promise<Uint8Array> {
  // The format stores local time, from 1980 on.
  const mtime = new Date(1980, 0, 1, 12);
  return new Promise((resolve, reject) => {
    zip(files, { level: LEVEL, mtime }, (error, bytes) => (error ? reject(error) : resolve(bytes)));
  });
}

/** Returns null if there is none, or if it differs from its stamp. */
async function readWhole(zipPath: string): Promise<Uint8Array | null> {
  try {
    const bytes = await readFile(zipPath);
    const expected = await readFile(stampPath(zipPath), 'utf8');
    return stamp(zipPath, bytes) === expected ? bytes : null;
  } catch {
    return null;
  }
}

function stampPath(zipPath: string): string {
  return `${zipPath}.sha256`;
}

/** Returns the stamp in the form that `sha256sum -c` checks. */
function stamp(zipPath: string, bytes: Uint8Array): string {
  return `${sha256(bytes).toString('hex')}  ${basename(zipPath)}\n`;
}

/** Returns a digest of everything that decides the bytes of the zip. */
function digest(entries: readonly ZipEntry[]): string {
  const hash = createHash('sha256').update(JSON.stringify({ version, LEVEL }));
  for (const { name, bytes, mode } of entries) {
    hash.update(JSON.stringify({ name, mode, length: bytes.length })).update(bytes);
  }
  return hash.digest('hex');
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
