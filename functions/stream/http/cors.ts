import { READING } from '../route/routes.ts';
import { cacheControlOf } from './caching.ts';

/** Headers that pages of other origins may read, besides the few that they always may. */
export const EXPOSED_HEADERS = [
  'Accept-Ranges',
  'Content-Length',
  'Content-Range',
  'ETag',
  'Retry-After',
  'Server-Timing',
  'Sluice-Plan',
  'X-Request-Id',
] as const;

/** Headers that these pages may send; players report CMCD (CTA-5004) by header or by query. */
const ALLOWED_HEADERS = [
  'Range',
  'If-Range',
  'If-Match',
  'If-None-Match',
  'If-Modified-Since',
  'If-Unmodified-Since',
  'Last-Event-ID',
  // Players that ask for a license.
  'Content-Type',
  'CMCD-Request',
  'CMCD-Object',
  'CMCD-Session',
  'CMCD-Status',
];

/** Lets pages of the allowed origins read an answer. Without a list, nothing is to be added: only pages of the service itself can. */
export function addCors(headers: Headers, origin: string | null, allowedOrigins: readonly string[]): void {
  if (!allowedOrigins.includes('*')) headers.append('vary', 'Origin');
  if (allowedOrigins.includes('*')) headers.set('access-control-allow-origin', '*');
  else if (origin !== null && allowedOrigins.includes(origin))
    headers.set('access-control-allow-origin', origin);
  else return;
  headers.set('access-control-expose-headers', EXPOSED_HEADERS.join(', '));
  headers.set('timing-allow-origin', headers.get('access-control-allow-origin') ?? '');
}

/** Answers OPTIONS, including the preflight of a cross-origin request (Fetch standard, "CORS protocol"). */
export function optionsResponse(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      allow: READING.join(', '),
      'cache-control': cacheControlOf(null, 204),
      'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS',
      'access-control-allow-headers': ALLOWED_HEADERS.join(', '),
      'access-control-max-age': '86400',
    },
  });
}
