/**
 * Forbids everything to an answer that is not the page of the service itself, except what the browser's own
 * page around a video or an image needs. That includes its origin: Chromium plays no video in a page without
 * one.
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

/** Sets the headers that every answer has. */
export function secure(headers: Headers, requestId: string): void {
  headers.set('x-content-type-options', 'nosniff');
  headers.set('x-request-id', requestId);
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', MEDIA_POLICY);
}
