import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { asError } from '../base/as-error.ts';
import { onAbort } from '../base/on-abort.ts';
import { forbidden, notFound, Problem, sourceChanged, sourceUnavailable } from '../base/problem.ts';
import type { ByteRange } from '../base/range.ts';
import { listDirectory } from './directory-list.ts';
import { refuseImpossibleKey } from './key.ts';
import { checkRange, type Source, type StoredObject } from './source.ts';

export type DirectoryOptions = {
  /**
   * Says that files are written once, under names of their own: then a link that comes or goes, which changes
   * the file's time, makes no other version. Default false.
   */
  readonly isWrittenOnce?: boolean;
};

/**
 * Serves the files below `root`, whose paths are the keys. Nothing outside is reached, not even by a symbolic
 * link; hidden files, and everything but regular files, do not exist for it.
 */
export function directorySource(root: string, { isWrittenOnce = false }: DirectoryOptions = {}): Source {
  const etagOf = isWrittenOnce ? tagOfContent : tagOfChange;
  const describe = (key: string, stats: BigIntStats): StoredObject => {
    return { key, etag: etagOf(stats), sizeBytes: Number(stats.size), lastModified: stats.mtime };
  };
  return {
    async stat(key, signal) {
      signal.throwIfAborted();
      const { file, stats } = await openFile(root, key);
      await file.close();
      return describe(key, stats);
    },

    async read(object, range, signal) {
      signal.throwIfAborted();
      checkRange(object, range);
      const { file, stats } = await openFile(root, object.key);
      if (etagOf(stats) === object.etag && !signal.aborted)
        return readFile(file, stats, { object, range, signal });
      await file.close();
      throw signal.aborted ? signal.reason : sourceChanged(object.key);
    },

    async list(after, limit, signal) {
      try {
        return await listDirectory(await realpath(root), { after, limit, signal });
      } catch (error) {
        throw signal.aborted ? signal.reason : sourceUnavailable({ cause: error });
      }
    },
  };
}

const CHUNK_BYTES = 256 * 1024;

async function openFile(root: string, key: string): Promise<{ file: FileHandle; stats: BigIntStats }> {
  refuseImpossibleKey(key);
  if (key.split('/').some(isHiddenOrEmpty) || key.includes('\\')) throw notFound(key);
  const base = await realpath(root).catch((cause: unknown) => {
    throw sourceUnavailable({ cause });
  });
  let file: FileHandle | null = null;
  try {
    const path = await realpath(join(base, key));
    if (!isInside(path, base) || !(await lstat(path)).isFile()) throw notFound(key);
    // The file may have been exchanged since: no link is followed, and a pipe does not block.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) throw notFound(key);
    return { file, stats };
  } catch (error) {
    await file?.close();
    throw problemOfFile(error, key);
  }
}

type Reading = {
  readonly object: StoredObject;
  readonly range: ByteRange;
  readonly signal: AbortSignal;
};

/**
 * Compares the file with the version after every chunk, before handing it on, so that no chunk is of another
 * version.
 */
function readFile(file: FileHandle, before: BigIntStats, { object, range, signal }: Reading): Readable {
  let position = range.start;
  let release = () => {};
  const out = new Readable({
    highWaterMark: CHUNK_BYTES,
    read() {
      nextChunk().then(
        (chunk) => out.push(chunk),
        (error: unknown) => out.destroy(problemOfFile(error, object.key)),
      );
    },
    destroy(error, done) {
      release();
      // Closing waits for a read that is under way.
      file.close().then(
        () => done(error),
        (failure: Error) => done(error ?? failure),
      );
    },
  });
  release = onAbort(signal, () => out.destroy(asError(signal.reason)));
  return out;

  async function nextChunk(): Promise<Buffer | null> {
    const length = Math.min(CHUNK_BYTES, range.end - position);
    if (length === 0) return null;
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, position);
    const stats = await file.stat({ bigint: true });
    if (bytesRead === 0 || isAnother(stats, before)) throw sourceChanged(object.key);
    position += bytesRead;
    return buffer.subarray(0, bytesRead);
  }
}

function tagOfContent({ mtimeNs, size, ino }: BigIntStats): string {
  return tagOf(mtimeNs, size, ino);
}

/**
 * Includes the time of the last change, which nobody can set: size and date may equal those of another
 * version.
 */
function tagOfChange({ mtimeNs, ctimeNs, size, ino }: BigIntStats): string {
  return tagOf(mtimeNs, size, ino, ctimeNs);
}

function tagOf(...numbers: readonly bigint[]): string {
  return `"${numbers.map((number) => number.toString(36)).join('-')}"`;
}

/**
 * Tells whether an open file has other content. Renames, links and new permissions change its time as well,
 * but not its content.
 */
function isAnother(now: BigIntStats, before: BigIntStats): boolean {
  return tagOfContent(now) !== tagOfContent(before);
}

function isHiddenOrEmpty(segment: string): boolean {
  return segment === '' || segment.startsWith('.');
}

function isInside(path: string, base: string): boolean {
  return path.startsWith(base.endsWith(sep) ? base : base + sep);
}

function problemOfFile(error: unknown, key: string): Problem {
  if (error instanceof Problem) return error;
  const options = { cause: error };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (MISSING.has(code)) return notFound(key, options);
  if (code === 'EACCES' || code === 'EPERM') return forbidden(key, options);
  return sourceUnavailable(options);
}

/** ENXIO is a socket; ELOOP is also what O_NOFOLLOW answers. */
const MISSING = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'ENXIO', 'EISDIR']);
