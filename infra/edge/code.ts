import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { INLINE_TYPES } from '../../functions/stream/base/content-type.ts';
import { describeProblem } from '../../functions/stream/http/problem-response.ts';
import { CLAIM, TOKEN_HEADER } from '../../functions/stream/route/authorise.ts';
import { PARAMETER_NAMES } from '../../functions/stream/route/parameters.ts';
import { badSignature, expired, unsigned } from '../../functions/stream/route/refusals.ts';

export type EdgeRole = 'media-request' | 'versioned-request' | 'signed-request' | 'media-response';

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

/**
 * Returns the code of a CloudFront Function of this folder, with the types and messages of the function
 * itself.
 */
export function edgeCode(
  role: EdgeRole,
  { isSigned, isEncrypted, hasTexts, allowedOrigins }: EdgeSettings,
): string {
  const types = constant('TYPES', Object.fromEntries(INLINE_TYPES));
  switch (role) {
    case 'media-request':
      return [CLOUDFRONT, types, ...QUERY, ...files('bucket-path', role)].join('');
    case 'versioned-request':
      return [...ACCEPT, ...files(role)].join('');
    case 'signed-request':
      return [
        CLOUDFRONT,
        CRYPTO,
        types,
        `const CLAIM = ${CLAIM};\n`,
        ...QUERY,
        ...ACCEPT,
        constant('REFUSALS', REFUSALS),
        constant('ORIGINS', allowedOrigins),
        constant('IS_ENCRYPTED', isEncrypted),
        constant('HAS_TEXTS', hasTexts),
        constant('TOKEN_HEADER', TOKEN_HEADER),
        ...files('bucket-path', 'token', 'shareable', role),
      ].join('');
    case 'media-response':
      return [types, constant('IS_SIGNED', isSigned), ...files(role)].join('');
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

/** Without their comments, which would count towards the 10 KB that a function may have. */
function files(...names: readonly string[]): readonly string[] {
  return names.map((name) => read(`${name}.js`).replace(/^ *(\/\/.*|\/\*[\s\S]*?\*\/)?\n/gm, ''));
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
