import { notFound, Problem } from './problem.ts';

/** S3's own limit, in bytes of UTF-8. */
export const MAX_KEY_BYTES = 1024;

/**
 * Throws `not-found` for a key that no object can have: empty, overlong, with NUL, ill-formed, ending like a
 * directory, or with a `.` or `..` between slashes, which proxies and file systems resolve to another place.
 */
export function refuseImpossibleKey(key: string): void {
  const isPossible =
    key !== '' &&
    !key.endsWith('/') &&
    !key.includes('\0') &&
    Buffer.byteLength(key) <= MAX_KEY_BYTES &&
    !LONE_SURROGATE.test(key) &&
    !key.split('/').some((segment) => segment === '.' || segment === '..');
  if (!isPossible) throw notFound(key.slice(0, MAX_KEY_BYTES));
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Refuses a raw path that a URL parser would quietly rewrite (dot segments, backslashes), so that the checked
 * path is the one that is read.
 */
export function refuseRewrittenPath(rawPath: string): void {
  const decoded = rawPath.replace(/%2e/gi, '.').replace(/%5c/gi, '\\').replace(/%2f/gi, '/');
  if (decoded.includes('\\') || decoded.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw new Problem('bad-address', 'The path must not contain backslashes or the segments "." and "..".');
  }
}

/** Returns the key of a path below a route. Throws `bad-address`, or `not-found` if there is none. */
export function parseKey(encoded: string): string {
  let key: string;
  try {
    key = decodeURIComponent(encoded);
  } catch (cause) {
    throw new Problem('bad-address', 'The path is not valid percent-encoded UTF-8.', { cause });
  }
  if (key === '') throw new Problem('not-found', 'The address names no object.');
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new Problem('bad-address', `A key has at most ${MAX_KEY_BYTES} bytes.`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(key)) {
    throw new Problem('bad-address', 'A key must not contain control characters.');
  }
  refuseRewrittenPath(key);
  return key;
}

/** The inverse of `parseKey`: encodes each part between slashes. */
export function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
