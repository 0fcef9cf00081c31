import { readFileSync } from 'node:fs';
import { INLINE_TYPES } from '../../functions/stream/http/content-type.ts';

/** The code of a CloudFront Function of this folder, with the types that the function knows. */
export function edgeCode(name: 'media-request' | 'media-response'): string {
  const source = readFileSync(new URL(`${name}.js`, import.meta.url), 'utf8');
  const imports = name === 'media-request' ? `import cf from 'cloudfront';\n` : '';
  return `${imports}const TYPES = ${JSON.stringify(Object.fromEntries(INLINE_TYPES))};\n${source}`;
}
