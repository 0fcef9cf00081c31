import { createHash } from 'node:crypto';

/** A page as it was built: its text, and the hashes of the styles that its libraries write into shadow roots. */
export type BuiltPage = { readonly html: string; readonly styles: readonly string[] };

/**
 * Returns the player page with a policy that allows only its own script and style, the modules that the script
 * loads, and requests to this origin and to those of uploads.
 */
export function pageResponse(
  page: BuiltPage,
  { media, uploads }: { readonly media: readonly string[]; readonly uploads: readonly string[] },
): Response {
  return response(page, [
    // What is too long for one response is played from the store itself.
    `media-src ${[PLAYED, ...media].join(' ')}`,
    `connect-src ${["'self'", ...uploads].join(' ')}`,
    "img-src 'self' data:",
    "frame-ancestors 'none'",
  ]);
}

/** Returns the page of a player that pages of these origins (or of all, `*`) may frame. */
export function embedPageResponse(page: BuiltPage, origins: readonly string[]): Response {
  return response(page, [
    `media-src ${PLAYED}`,
    'worker-src blob:',
    "connect-src 'self'",
    "img-src 'self' data:",
    `frame-ancestors ${origins.join(' ')}`,
  ]);
}

/** HLS and DASH are played from memory, and the text tracks of hls.js begin with data:,WEBVTT. */
const PLAYED = "'self' blob: data:";

/** A page may run its own script, and what its own policy says. */
function response({ html, styles }: BuiltPage, own: readonly string[]): Response {
  const policy = [
    "default-src 'none'",
    // Nothing of a bucket is a script: its types are those of media, and nobody may guess others (nosniff).
    `script-src ${hashes(html, 'script')} 'self'`,
    `style-src ${[hashes(html, 'style'), ...styles].join(' ')}`,
    ...own,
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'referrer-policy': 'no-referrer',
    },
  });
}

function hashes(html: string, element: 'script' | 'style'): string {
  const texts = [...html.matchAll(new RegExp(`<${element}[^>]*>([\\s\\S]*?)</${element}>`, 'g'))];
  const sources = texts.map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
  return sources.length === 0 ? "'none'" : sources.join(' ');
}
