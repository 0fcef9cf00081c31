import { buffer } from 'node:stream/consumers';
import type { RequestContext } from '../base/request-context.ts';
import type { FunctionLimits } from '../config/config.ts';
import type { Encryption } from '../config/encryption.ts';
import { protectedFinding } from '../open/content-keys.ts';
import type { FoundObject, ProbeServices } from '../open/probe-object.ts';
import { adaptiveFinding } from '../open/segment-version.ts';
import { type Finding, findingOf } from '../open/version.ts';
import type { Grant } from '../route/authorise.ts';
import { keyUnsigned } from '../route/refusals.ts';
import { cachedAccess } from '../source/cache.ts';
import type { AnswerContext, ObjectRoute } from './answer-context.ts';
import { answerKey } from './answer-key.ts';
import { answerMedia } from './answer-media.ts';
import { answerResult } from './answer-result.ts';
import { answerRecalled, recallStream } from './recall-stream.ts';
import { refuseClear } from './refuse-clear.ts';
import type { Services } from './services.ts';

const CURRENT_VERSION: Finding = { indexAlone: false, names: () => false };

/** Finds the object, and answers with its bytes as they are, or by what a probe says. Throws `Problem`. */
export async function answerObject(
  route: ObjectRoute,
  grant: Grant,
  request: Request,
  requestContext: RequestContext,
  services: Services,
): Promise<Response> {
  const { source, cache, probes, config, derivedCache } = services;
  const { signal } = requestContext;
  if (route.kind !== 'media') services.refuseWhenFull?.();
  // The export would run, and its result could not be fetched.
  if (route.kind === 'export' && grant.kind === 'signed' && grant.prefix === '') {
    throw keyUnsigned('The result of an export');
  }
  const limits = limitsWithin(grant, config.limits);
  if (config.encryption !== null) refuseClear(route, config.encryption.scheme);
  const encryption = (await services.encryption?.()) ?? null;
  const [found, recalled] = await Promise.all([
    findObject(route.key, services, requestContext, howToFind(route, limits, encryption)),
    route.kind === 'stream' && derivedCache !== null
      ? recallStream(route, request, requestContext, { derivedCache, probes })
      : null,
  ]);
  const { object } = found;
  const access = cachedAccess(source, object, signal, { cache });
  const context: AnswerContext = {
    ...requestContext,
    ...{ request, grant, services, source, object, access, limits, encryption },
  };
  if (route.kind === 'media') return answerMedia(route, context);
  if (route.kind === 'made') return answerResult(route, context);
  if (route.kind === 'key') return answerKey(route, context);
  const response = recalled && (await answerRecalled(recalled, context));
  if (response) return response;
  // Loaded when it is needed, since the first answer of an instance waits for all that is loaded before it.
  const { answerProbed } = await import('./answer-probed.ts');
  return answerProbed(route, context, found);
}

/** Enough for the headers of a file, and little compared to a segment. */
const HEAD_BYTES = 64 * 1024;

/** Finds the object as it is now, or in the version that its address names, in one request at most. */
export async function findObject(
  key: string,
  { source, probes }: ProbeServices,
  { signal, trace }: Pick<RequestContext, 'signal' | 'trace'>,
  { indexAlone, names }: Finding,
): Promise<FoundObject> {
  const known = probes.latest(key);
  if (known?.isFresh && names(known.object)) return { object: known.object, head: null };
  const { statAndRead } = source;
  return trace.time('stat', async () => {
    if (!indexAlone || statAndRead === undefined || known !== null) {
      return { object: await source.stat(key, signal), head: null };
    }
    const { object, body } = await statAndRead(key, HEAD_BYTES, signal);
    return { object, head: await buffer(body) };
  });
}

function howToFind(route: ObjectRoute, limits: FunctionLimits, encryption: Encryption | null): Finding {
  switch (route.kind) {
    case 'adaptive':
      return adaptiveFinding(route, limits, encryption);
    case 'key':
      return protectedFinding(route.version, limits, encryption);
    case 'image':
    case 'waveform':
    case 'storyboard':
      return findingOf(route.parameters.version, limits);
    default:
      return CURRENT_VERSION;
  }
}

/** Limits under which a redirect to the store expires no later than the address it answers. */
function limitsWithin(grant: Grant, limits: FunctionLimits): FunctionLimits {
  if (grant.kind === 'open') return limits;
  return { ...limits, presignSeconds: Math.min(limits.presignSeconds, grant.secondsLeft) };
}
