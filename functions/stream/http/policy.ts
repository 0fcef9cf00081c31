/**
 * What a browser may do with an answer that is not the page of the service itself: nothing, whoever wrote it; but what
 * its own page around a film or a picture needs, its origin included: Chromium plays no film in a page of no origin.
 */
export const MEDIA_POLICY = [
  "default-src 'none'",
  "media-src 'self'",
  "img-src 'self'",
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  'sandbox allow-same-origin',
].join('; ');

/** Puts on an answer what every one of them has. */
export function secure(headers: Headers, requestId: string): void {
  headers.set('x-content-type-options', 'nosniff');
  headers.set('x-request-id', requestId);
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', MEDIA_POLICY);
}
