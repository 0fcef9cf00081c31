import * as v from 'valibot';
import { isAddressable } from '../route/address-of.ts';
import { parseSigningKeys } from '../route/signing-keys.ts';

export const flag = (fallback: '0' | '1') =>
  v.optional(
    v.pipe(
      v.string(),
      v.check((text) => text === '0' || text === '1', 'must be 1 or 0'),
      v.transform((text) => text === '1'),
    ),
    fallback,
  );

export const storedName = v.optional(
  v.pipe(v.string(), v.regex(/^[\w/+=.@:-]{1,2048}$/, 'must be a name or an ARN')),
);

export const bucket = v.optional(
  v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of an S3 bucket')),
);

export const absolutePath = v.pipe(v.string(), v.startsWith('/', 'must be an absolute path'));

/** Splits the text of ALLOWED_ORIGINS and EMBED_ORIGINS. */
export function originsOf(text: string): string[] {
  return text.split(',').map((origin) => origin.trim());
}

const ORIGINS = 'must be * or a list of origins such as https://app.example,https://www.example';
/** They stand in headers: a semicolon would end a directive of a policy, and no header has other letters. */
const ORIGIN = /^https?:\/\/(?:[\w.-]+|\[[\da-f:]+\])(?::\d{1,5})?$/i;
export const origins = v.pipe(
  v.string(),
  v.transform(originsOf),
  v.check((list) => list.every((origin) => origin === '*' || ORIGIN.test(origin)), ORIGINS),
);

export const signingKeys = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const keys = parseSigningKeys(dataset.value);
    if (typeof keys !== 'string') return keys;
    addIssue({ message: keys });
    return NEVER;
  }),
);

const PREFIX = 'must be a folder of keys that ends with a slash, such as uploads/, and none that is hidden';
export const folderOfKeys = v.pipe(
  v.string(),
  v.maxLength(200, 'must have at most 200 characters'),
  v.check((text) => /^(?:[^/.][^/]*\/)+$/.test(text) && isAddressable(`${text}film.mp4`), PREFIX),
);
