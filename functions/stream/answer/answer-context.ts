import type { RequestContext } from '../base/request-context.ts';
import type { ObjectContext } from '../http/original.ts';
import type { ResponseLimits } from '../http/respond.ts';
import type { Encrypting } from '../open/content-keys.ts';
import type { Grant } from '../route/authorise.ts';
import type { Route } from '../route/route.ts';
import type { Services } from './services.ts';

/** A route that is answered by what an object is. */
export type ObjectRoute = Exclude<Extract<Route, { key: string }>, { kind: 'embed' | 'console' | 'upload' }>;
export type RouteTo<Kind extends ObjectRoute['kind']> = Extract<Route, { kind: Kind }>;

/** Everything one request about an object carries. */
export type AnswerContext = RequestContext &
  ObjectContext &
  Encrypting & {
    readonly request: Request;
    readonly grant: Grant;
    readonly services: Services;
  };

/** The limits for files, which are saved as often as they are played: whole ones may be sent by the store. */
export function fileLimits({ limits, services }: AnswerContext): ResponseLimits {
  return { ...limits, redirectsWhole: services.config.redirectDownloads };
}

/** The prefix (`/~token` or nothing) under which a client with access opens other addresses of the same key. */
export function prefixOf(grant: Grant): string {
  return grant.kind === 'signed' ? grant.prefix : '';
}
