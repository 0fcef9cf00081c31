import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { INLINE_TYPES } from '../../functions/stream/base/content-type.ts';
import { describeProblem } from '../../functions/stream/http/problem-response.ts';
import { CLAIM, TOKEN_HEADER } from '../../functions/stream/route/authorise.ts';
import { PARAMETER_NAMES } from '../../functions/stream/route/parameters.ts';
import { badSignature, expired, unsigned } from '../../functions/stream/route/refusals.ts';

export type EdgeRole = 'media-request' | 'cached-request' | 'signed-request' | 'media-response';

export type EdgeSettings = {
  /** Whether addresses are signed. */
  readonly isSigned: boolean;
  /** Whether films are sent encrypted alone, so that nobody may have them from the bucket. */
  readonly isEncrypted: boolean;
  /** Whether playlists and other texts may be cached. */
  readonly hasTexts: boolean;
  /** The origins whose pages may read why they are refused. */
  readonly allowedOrigins: readonly string[];
};

/** The most that CloudFront takes (its quotas). */
const MAX_BYTES = 10 * 1024;

/**
 * Returns the code of a CloudFront Function of this folder, with the types and messages of the function
 * itself. Throws for more origins than it has room for.
 */
export function edgeCode(role: EdgeRole, settings: EdgeSettings): string {
  // Indents would count as well.
  const code = codeOf(role, settings).replace(/^ +/gm, '');
  const beyond = Buffer.byteLength(code) - MAX_BYTES;
  if (beyond <= 0) return code;
  throw new Error(
    `ALLOWED_ORIGINS is ${beyond} bytes too long for the code at the edge: name fewer origins, or *.`,
  );
}

function codeOf(role: EdgeRole, { isSigned, isEncrypted, hasTexts, allowedOrigins }: EdgeSettings): string {
  const extensions = constant('EXTENSIONS', [...INLINE_TYPES.keys()]);
  switch (role) {
    case 'media-request':
      return [CLOUDFRONT, extensions, ...QUERY, ...files('bucket-path', role)].join('');
    case 'cached-request':
      return [...ACCEPT, ...files('spelling', role)].join('');
    case 'signed-request':
      return [
        CLOUDFRONT,
        CRYPTO,
        extensions,
        `const CLAIM = ${CLAIM};\n`,
        ...QUERY,
        ...ACCEPT,
        constant('REFUSALS', REFUSALS),
        constant('ORIGINS', allowedOrigins),
        constant('IS_ENCRYPTED', isEncrypted),
        constant('HAS_TEXTS', hasTexts),
        constant('TOKEN_HEADER', TOKEN_HEADER),
        ...files('bucket-path', 'spelling', 'token', 'shareable', role),
      ].join('');
    case 'media-response':
      return [
        constant('TYPES', Object.fromEntries(INLINE_TYPES)),
        constant('IS_SIGNED', isSigned),
        ...files(role),
      ].join('');
    default:
      return role satisfies never;
  }
}

// Modules of runtime 2.0, as its documentation loads them.
const CLOUDFRONT = `import cf from 'cloudfront';\n`;
const CRYPTO = `const crypto = require('crypto');\n`;

const REFUSALS = Object.fromEntries(
  [unsigned(), badSignature(''), expired()].map((problem) => [problem.type, describeProblem(problem)]),
);

/** Distinguishes Sluice's own parameters from others, by the function's own code. */
const QUERY = [
  constant('NAMES', PARAMETER_NAMES),
  withoutTypes('../../functions/stream/route/misspelling.ts'),
  ...files('own-query'),
];

/** What an image depends on, by the function's own code. */
const ACCEPT = [withoutTypes('../../functions/stream/route/accepted-image.ts'), ...files('accept')];

function withoutTypes(path: string): string {
  return transformSync(read(path).replace(/^export /gm, ''), { loader: 'ts', charset: 'utf8' }).code;
}

function constant(name: string, value: unknown): string {
  return `const ${name} = ${JSON.stringify(value)};\n`;
}

/** Without their comments, which would count towards the size that a function may have. */
function files(...names: readonly string[]): readonly string[] {
  return names.map((name) => read(`${name}.js`).replace(/^ *(\/\/.*|\/\*[\s\S]*?\*\/)?\n/gm, ''));
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
