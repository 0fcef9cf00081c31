import {
  type BigIntStats,
  close,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readv,
  realpathSync,
} from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { onAbort } from '../base/abort.ts';
import { asError } from '../base/as-error.ts';
import { refuseImpossibleKey } from '../base/key.ts';
import { forbidden, notFound, Problem, sourceChanged, sourceUnavailable } from '../base/problem.ts';
import { type ByteRange, checkRange } from '../base/range.ts';
import { listBeside, listDirectory } from './directory-list.ts';
import type { Source, StoredObject } from './source.ts';

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
      const { file, stats } = openFile(root, key);
      closeSync(file);
      return describe(key, stats);
    },

    async read(object, range, signal) {
      signal.throwIfAborted();
      checkRange(object, range);
      const { file, stats } = openFile(root, object.key);
      if (etagOf(stats) === object.etag) return readFile(file, stats, { object, range, signal });
      closeSync(file);
      throw sourceChanged(object.key);
    },

    async list(after, limit, signal) {
      try {
        return await listDirectory(await realpath(root), { after, limit, signal });
      } catch (error) {
        throw signal.aborted ? signal.reason : sourceUnavailable({ cause: error });
      }
    },

    async beside(prefix, limit, signal) {
      signal.throwIfAborted();
      const base = realRoot(root);
      return listBeside(base, prefix, { limit, signal });
    },
  };
}

/** Larger buffers have pages of their own from the system, whose faults cost more than the copy. */
const CHUNK_BYTES = 64 * 1024;
/** Chunks that are read, and whose version is compared, at once; the first is alone, and sent the sooner. */
const CHUNKS_AT_ONCE = 4;

/**
 * Opens a file by its descriptor. Synchronous: an invocation has its instance to itself, and handing six such
 * calls to another thread takes longer than the calls.
 */
function openFile(root: string, key: string): { readonly file: number; readonly stats: BigIntStats } {
  refuseImpossibleKey(key);
  if (key.split('/').some(isHiddenOrEmpty) || key.includes('\\')) throw notFound(key);
  const base = realRoot(root);
  let file: number | null = null;
  try {
    const path = realpathSync.native(join(base, key));
    if (!isInside(path, base) || !lstatSync(path).isFile()) throw notFound(key);
    // The file may have been exchanged since: no link is followed, and a pipe does not block.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = fstatSync(file, { bigint: true });
    if (!stats.isFile()) throw notFound(key);
    return { file, stats };
  } catch (error) {
    if (file !== null) closeSync(file);
    throw problemOfFile(error, key);
  }
}

function realRoot(root: string): string {
  try {
    return realpathSync.native(root);
  } catch (cause) {
    throw sourceUnavailable({ cause });
  }
}

type Reading = {
  readonly object: StoredObject;
  readonly range: ByteRange;
  readonly signal: AbortSignal;
};

/**
 * Compares the file with the version after every read, before handing on what it brought, so that no chunk is
 * of another version.
 */
function readFile(file: number, before: BigIntStats, { object, range, signal }: Reading): Readable {
  let position = range.start;
  let reading: Promise<unknown> = Promise.resolve();
  let release = () => {};
  const out = new Readable({
    highWaterMark: CHUNK_BYTES * CHUNKS_AT_ONCE,
    read() {
      reading = nextChunks().then(
        (chunks) => {
          for (const chunk of chunks) out.push(chunk);
        },
        (error: unknown) => out.destroy(problemOfFile(error, object.key)),
      );
    },
    destroy(error, done) {
      release();
      // A closed descriptor may be that of another file while the read is under way.
      void reading.then(() => close(file, (failure) => done(error ?? failure)));
    },
  });
  release = onAbort(signal, () => out.destroy(asError(signal.reason)));
  return out;

  async function nextChunks(): Promise<readonly (Buffer | null)[]> {
    const most = position === range.start ? CHUNK_BYTES : CHUNK_BYTES * CHUNKS_AT_ONCE;
    const length = Math.min(most, range.end - position);
    if (length === 0) return [null];
    const buffers: Buffer[] = [];
    for (let offset = 0; offset < length; offset += CHUNK_BYTES) {
      buffers.push(Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, length - offset)));
    }
    const { bytesRead } = await readBuffers(file, buffers, position);
    if (bytesRead === 0 || isAnother(fstatSync(file, { bigint: true }), before))
      throw sourceChanged(object.key);
    position += bytesRead;
    return filled(buffers, bytesRead);
  }
}

const readBuffers = promisify(readv);

/** Returns the part of the buffers that a read has filled. */
function filled(buffers: readonly Buffer[], bytesRead: number): readonly Buffer[] {
  const chunks: Buffer[] = [];
  let left = bytesRead;
  for (const buffer of buffers) {
    if (left <= 0) break;
    chunks.push(left < buffer.byteLength ? buffer.subarray(0, left) : buffer);
    left -= buffer.byteLength;
  }
  return chunks;
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
  return now.mtimeNs !== before.mtimeNs || now.size !== before.size || now.ino !== before.ino;
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
