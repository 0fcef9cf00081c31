import type { RequestContext } from '../base/request-context.ts';
import type { AddressRecord } from '../derived/address-records.ts';
import { respondFound } from '../derived/respond-cached.ts';
import { streamAddress, streamVersion } from '../open/stream-address.ts';
import type { AnswerContext, RouteTo } from './answer-context.ts';
import type { Services } from './services.ts';

/**
 * Asks what this address was answered with last, while the object is looked for; null if nobody has noted it, or if this
 * process knows the media and can plan at once.
 */
export async function recallStream(
  { key, parameters }: RouteTo<'stream'>,
  request: Request,
  context: RequestContext,
  { derivedCache, probes }: Services,
): Promise<AddressRecord | null> {
  if (derivedCache === null || probes.latest(key) !== null) return null;
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
  return response && variedByClient(response);
}

/** Another client may get another plan at the same address. */
export function variedByClient(response: Response): Response {
  response.headers.append('vary', 'Accept');
  return response;
}
