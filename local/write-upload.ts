import { randomUUID } from 'node:crypto';
import { link, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { Problem, type ProblemType, sourceUnavailable } from '../functions/stream/base/problem.ts';

/** A file that is sent; who stops reading it leaves the connection open, for the answer. */
export type Upload = {
  readonly key: string;
  readonly mostBytes: number;
  readonly body: AsyncIterable<Uint8Array>;
};

/**
 * Writes a new file below `root`, which appears under its name when it is complete. Throws `exists` if there is one,
 * `too-large`, and `bad-request` for an empty or an interrupted body; nothing stays of a file that fails.
 */
export async function writeUpload(
  root: string,
  { key, mostBytes, body }: Upload,
  linkFile: typeof link = link,
): Promise<void> {
  const folder = await folderOf(root, key);
  // Hidden, and so not served.
  const temporary = join(folder, `.upload-${randomUUID()}`);
  try {
    await fill(temporary, body, mostBytes);
    await publish(temporary, join(folder, key.slice(key.lastIndexOf('/') + 1)), linkFile);
  } catch (error) {
    throw problemOf(error, key);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Gives a file its name. Fails where that is taken, unlike a rename alone. */
async function publish(temporary: string, path: string, linkFile: typeof link): Promise<void> {
  try {
    await linkFile(temporary, path);
  } catch (error) {
    if (!LINKLESS.includes(codeOf(error) ?? '')) throw error;
    await (await open(path, 'wx')).close();
    await rename(temporary, path);
  }
}

/** What is said without hard links: by FAT and exFAT, and by some shares. */
const LINKLESS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** A link in the tree may lead elsewhere. */
async function folderOf(root: string, key: string): Promise<string> {
  const base = await realpath(root);
  const wanted = dirname(join(base, key));
  const deepest = await existing(wanted);
  if (!isInside(deepest, base)) throw new Problem('bad-address', 'The folder of this key lies elsewhere.');
  try {
    await mkdir(wanted, { recursive: true });
    return await realpath(wanted);
  } catch (error) {
    throw problemOf(error, key);
  }
}

/** Returns the real path of the deepest folder on the way to one that is there. */
async function existing(path: string): Promise<string> {
  return realpath(path).catch(() => existing(dirname(path)));
}

function isInside(path: string, base: string): boolean {
  return path === base || path.startsWith(base.endsWith(sep) ? base : base + sep);
}

async function fill(path: string, body: Upload['body'], mostBytes: number): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > mostBytes) throw tooLarge(mostBytes);
      await file.writeFile(chunk);
    }
    if (bytes === 0) throw new Problem('bad-request', 'The upload is empty.');
    await file.sync();
  } finally {
    await file.close();
  }
}

export function tooLarge(mostBytes: number): Problem {
  const megabytes = mostBytes / 1_000_000;
  return new Problem('too-large', `An upload has at most ${megabytes} MB (setting UPLOAD_MEGABYTES).`);
}

/** What the machine says, by its code. */
const REASONS: Readonly<Record<string, readonly [type: ProblemType, sentence: string]>> = {
  ECONNRESET: ['bad-request', 'The upload broke off.'],
  ENAMETOOLONG: ['bad-address', 'The name is too long for this folder.'],
  ENOSPC: ['too-large', 'The disk is too full for this file.'],
  EDQUOT: ['too-large', 'The disk is too full for this file.'],
  EFBIG: ['too-large', 'The disk takes no file of this size.'],
  EACCES: ['forbidden', 'The service may not write into this folder.'],
  EPERM: ['forbidden', 'The service may not write into this folder.'],
  EROFS: ['forbidden', 'The service may not write into this folder.'],
};

function problemOf(error: unknown, key: string): Problem {
  if (error instanceof Problem) return error;
  const code = codeOf(error) ?? '';
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    return new Problem(
      'exists',
      `There is something with the key ${JSON.stringify(key)}: choose another name.`,
    );
  }
  const [type, sentence] = REASONS[code] ?? [];
  if (type === undefined || sentence === undefined) return sourceUnavailable({ cause: error });
  return new Problem(type, sentence, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
