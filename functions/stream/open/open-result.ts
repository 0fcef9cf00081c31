import { contentDisposition, contentTypeOf } from '../base/content-type.ts';
import { Problem } from '../base/problem.ts';
import { resultName } from '../derived/output-names.ts';
import type { DerivedStore } from '../derived/store.ts';
import { type ObjectContext, openOriginal } from '../http/original.ts';
import type { FileRepresentation } from '../http/representation.ts';
import type { Route } from '../route/route.ts';

/**
 * Opens the result of an export of this version of an object. Throws `not-found` if there is none, or if it
 * has expired.
 */
export async function openResult(
  { id, extension, download }: Extract<Route, { kind: 'made' }>,
  store: DerivedStore | null,
  context: Pick<ObjectContext, 'object' | 'limits' | 'signal' | 'trace'>,
): Promise<FileRepresentation> {
  const { object, limits, signal, trace } = context;
  const name = resultName(object, id, extension);
  const found = store && (await trace.time('find', () => store.find(name, signal)));
  if (store === null || found === null) {
    throw new Problem(
      'not-found',
      'There is no file at this address, or it has expired: request /export/{key} again.',
    );
  }
  // Named as the source, with the extension of the result.
  const base = object.key.slice(object.key.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  const { type } = contentTypeOf(`${base}.${extension}`);
  const file = { source: store, object: found, signal, trace };
  return openOriginal(file, {
    contentType: type,
    contentDisposition: contentDisposition(`${base}.${extension}`, download ? 'attachment' : 'inline'),
    presignSeconds: limits.presignSeconds,
  });
}
