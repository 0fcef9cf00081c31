import { LIMIT_NAMES } from '../base/limits.ts';
import type { RequestContext } from '../base/request-context.ts';
import type { AddressRecord } from '../derived/address-records.ts';
import type { DerivedCache } from '../derived/derived-cache.ts';
import { respondFound } from '../derived/respond-cached.ts';
import type { ObjectContext } from '../http/original.ts';
import { clientOf } from '../plan/client.ts';
import { hashOf } from '../plan/tag.ts';
import type { StreamParameters } from '../route/stream-parameters.ts';
import type { AnswerContext, RouteTo } from './answer-context.ts';
import type { Services } from './services.ts';

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

/**
 * Asks what this address was answered with last, while the object is looked for; null if nobody has noted it, or if this
 * process knows the media and can plan at once.
 */
export async function recallStream(
  { key, parameters }: RouteTo<'stream'>,
  request: Request,
  context: RequestContext,
  { derivedCache, probes }: Pick<Services, 'probes'> & { readonly derivedCache: DerivedCache },
): Promise<AddressRecord | null> {
  if (probes.latest(key) !== null) return null;
  return derivedCache.recall(streamAddress(key, parameters, request.headers.get('accept')), context);
}

/** Answers with the cached output without probing the object; null if that is not possible. */
export async function answerRecalled(
  record: AddressRecord,
  context: AnswerContext,
): Promise<Response | null> {
  const { request, services } = context;
  const { derivedCache } = services;
  if (derivedCache === null || record.version !== streamVersion(context, services.version)) return null;
  const file = derivedCache.recalled(record, context);
  const response = await respondFound(request, { found: file, plan: record.plan }, context);
  // As the answer that it stands for.
  response?.headers.append('vary', 'Accept');
  return response;
}
