import { LIMIT_NAMES } from '../base/limits.ts';
import type { ObjectContext } from '../http/original.ts';
import { clientOf } from '../plan/client.ts';
import { hashOf } from '../plan/tag.ts';
import type { StreamParameters } from '../route/stream-parameters.ts';

/** Returns the name of the record about what `/stream` answered at this address to such a client. */
export function streamAddress(key: string, parameters: StreamParameters, accept: string | null): string {
  const { containers, video, audio, named } = clientOf(parameters.accept, accept);
  // What was named does not say all: `mp3` is a container and a codec.
  const client = [containers, video, audio, named].map((names) => [...names].sort());
  return hashOf({ key, etag: '' }, ['address', { ...parameters, accept: client }]);
}

/**
 * Stands for the version of the object and for all else that decides what `/stream` answers, with the service's own
 * version: another may plan better.
 */
export function streamVersion(
  { object, limits }: Pick<ObjectContext, 'object' | 'limits'>,
  serviceVersion: string,
): string {
  const deciding = LIMIT_NAMES.map((name) => limits[name]);
  return hashOf(object, ['stream', serviceVersion, limits.ffmpegBuild(), deciding]);
}
