import { LIMIT_NAMES } from '../base/limits.ts';
import type { ObjectContext } from '../http/original.ts';
import { clientOf } from '../plan/client.ts';
import { hashOf } from '../plan/tag.ts';
import type { StreamParameters } from '../route/stream-parameters.ts';

/** Returns the name of the record about what `/stream` answered at this address to such a client. */
export function streamAddress(key: string, parameters: StreamParameters, accept: string | null): string {
  const { named } = clientOf(parameters.accept, accept);
  return hashOf({ key, etag: '' }, ['address', { ...parameters, accept: [...named].sort() }]);
}

/** Stands for the version of the object and for all else that decides what `/stream` answers. */
export function streamVersion({ object, limits }: Pick<ObjectContext, 'object' | 'limits'>): string {
  const deciding = LIMIT_NAMES.map((name) => limits[name]);
  return hashOf(object, ['stream', limits.ffmpegBuild(), deciding]);
}
