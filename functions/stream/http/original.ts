import { contentDisposition, contentTypeOf } from '../base/content-type.ts';
import type { Trace } from '../base/trace.ts';
import type { FunctionLimits } from '../config/config.ts';
import type { Extent } from '../source/bytes.ts';
import type { CachedAccess } from '../source/cache.ts';
import { readExtents } from '../source/extents.ts';
import type { Source, StoredObject } from '../source/source.ts';
import type { FileRepresentation } from './representation.ts';

/** One object, and what a request reads it with. */
export type ObjectContext = {
  readonly source: Source;
  readonly object: StoredObject;
  readonly access: CachedAccess;
  readonly limits: FunctionLimits;
  readonly signal: AbortSignal;
  readonly trace: Trace;
};

type OriginalContext = Pick<ObjectContext, 'object' | 'signal' | 'trace'> & {
  readonly source: Pick<Source, 'read' | 'presign'>;
};

export type FileOptions = {
  readonly contentType: string;
  readonly contentDisposition: string | null;
  readonly presignSeconds: number;
};

/** Returns how an object's own bytes are shown: inline only if the key has a media extension. */
export function fileOptions(key: string, download: boolean, presignSeconds: number): FileOptions {
  const { type, inline } = contentTypeOf(key);
  return {
    contentType: type,
    contentDisposition: download || !inline ? contentDisposition(key) : null,
    presignSeconds,
  };
}

/** Opens the object's own bytes. */
export function openOriginal(
  { source, object, signal, trace }: OriginalContext,
  { contentType, contentDisposition, presignSeconds }: FileOptions,
): FileRepresentation {
  const { presign } = source;
  const file: FileRepresentation = {
    kind: 'file',
    contentType,
    contentDisposition,
    etag: object.etag,
    lastModified: object.lastModified,
    sizeBytes: object.sizeBytes,
    open: (range) => trace.time('first', () => source.read(object, range, signal)),
  };
  if (presign === undefined) return file;
  return {
    ...file,
    redirect: () => presign(object, { contentType, contentDisposition, expiresInSeconds: presignSeconds }),
  };
}

/** Returns the origin of the store's presigned addresses, to which redirects lead, for the page's policy. */
export async function storeOrigins({ presign }: Source): Promise<readonly string[]> {
  if (presign === undefined) return [];
  const any = { key: 'any', etag: '', sizeBytes: 0, lastModified: new Date(0) };
  const options = { contentType: 'video/mp4', contentDisposition: null, expiresInSeconds: 60 };
  return [new URL(await presign(any, options)).origin];
}

/**
 * Opens the object's bytes in another order, with generated ones among them: a file of its own with its own
 * tag.
 */
export function openExtents(
  { source, object, signal, trace }: ObjectContext,
  composed: { readonly extents: readonly Extent[]; readonly sizeBytes: number; readonly variant: string },
  { contentType, contentDisposition }: FileOptions,
): FileRepresentation {
  return {
    kind: 'file',
    contentType,
    contentDisposition,
    etag: object.etag.replace(/"$/, `-${composed.variant}"`),
    lastModified: object.lastModified,
    sizeBytes: composed.sizeBytes,
    open: (range) => trace.time('first', () => readExtents(source, object, composed.extents, range, signal)),
  };
}
