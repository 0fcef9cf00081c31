import { addressOf } from '../functions/stream/route/parse-route.ts';

/**
 * Returns the paths of an object in CloudFront's cache, for an invalidation: without tokens, which the edge
 * removes; the bucket's own has no route. Each ends with a star, since parameters are in the key of some: what else
 * begins so is only fetched again.
 */
export function cachedPaths(key: string): readonly string[] {
  const encoded = addressOf('media', key).slice('/media'.length);
  const paths = [encoded, asTyped(key)].flatMap((path) => [
    // S3 reads a plus sign as a space, so that the edge escapes it.
    path.replaceAll('+', '%2B'),
    `/media${path}`,
    `/hls${path}/`,
    `/dash${path}/`,
  ]);
  // A star is one only at the end.
  return [...new Set(paths.map((path) => `${path.replace(/\*.*$/s, '')}*`))];
}

/** What a path may contain as it is (RFC 3986 §3.3) need not be escaped, and is another path for the cache. */
function asTyped(key: string): string {
  return `/${encodeURI(key).replaceAll('?', '%3F').replaceAll('#', '%23')}`;
}
