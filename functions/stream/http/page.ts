import { createHash } from 'node:crypto';

/** The player page with a policy that lets exactly its own script and style run and only this origin be asked. */
export function pageResponse(html: string, mediaOrigins: readonly string[]): Response {
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': [
        "default-src 'none'",
        `script-src ${hashes(html, 'script')}`,
        `style-src ${hashes(html, 'style')}`,
        // What one response cannot carry is played from the store itself.
        `media-src ${["'self'", ...mediaOrigins].join(' ')}`,
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
