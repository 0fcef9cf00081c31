import { notFound } from '../base/problem.ts';

/** S3's own limit, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;

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
