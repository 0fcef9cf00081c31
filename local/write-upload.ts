import { randomUUID } from 'node:crypto';
import { link, mkdir, open, realpath, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { Problem, sourceUnavailable } from '../functions/stream/base/problem.ts';

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
export async function writeUpload(root: string, { key, mostBytes, body }: Upload): Promise<void> {
  const folder = await folderOf(root, key);
  // Hidden, and so not served.
  const temporary = join(folder, `.upload-${randomUUID()}`);
  try {
    await fill(temporary, body, mostBytes);
    // Fails where the name is taken, unlike a rename.
    await link(temporary, join(folder, key.slice(key.lastIndexOf('/') + 1)));
  } catch (error) {
    throw problemOf(error, key);
  } finally {
    await rm(temporary, { force: true });
  }
}

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

function problemOf(error: unknown, key: string): Problem {
  if (error instanceof Problem) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EEXIST' || code === 'ENOTDIR') {
    return new Problem(
      'exists',
      `There is something with the key ${JSON.stringify(key)}: choose another name.`,
    );
  }
  if (code === 'ECONNRESET') return new Problem('bad-request', 'The upload broke off.', { cause: error });
  if (code === 'ENAMETOOLONG') return new Problem('bad-address', 'The name is too long for this folder.');
  return sourceUnavailable({ cause: error });
}
