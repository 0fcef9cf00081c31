import { createHash } from 'node:crypto';

/**
 * Returns the player page with a policy that allows only its own script and style, the modules that the script
 * loads, and requests to this origin.
 */
export function pageResponse(html: string, mediaOrigins: readonly string[]): Response {
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': [
        "default-src 'none'",
        // Nothing of a bucket is a script: its types are those of media, and nobody may guess others (nosniff).
        `script-src ${hashes(html, 'script')} 'self'`,
        `style-src ${hashes(html, 'style')}`,
        // What is too long for one response is played from the store itself, HLS and DASH from memory.
        `media-src ${["'self'", 'blob:', ...mediaOrigins].join(' ')}`,
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
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
