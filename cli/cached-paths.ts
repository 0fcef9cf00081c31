import { addressOf } from '../functions/stream/route/address-of.ts';
import { ROUTES } from '../functions/stream/route/routes.ts';
import { CACHED_ROUTES } from '../infra/cached-routes.ts';

const WORDS = Object.values(CACHED_ROUTES).flatMap(({ routes }) => [...routes]);

/**
 * Returns the paths of an object in CloudFront's cache, for an invalidation: without tokens, which the edge
 * removes; the bucket's own has no route. Each ends with a star, since parameters are in the key of some: what else
 * begins so is only fetched again.
 */
export function cachedPaths(key: string): readonly string[] {
  const encoded = addressOf('media', key).slice('/media'.length);
  // Fifteen paths with a star may be on their way at once (CloudFront's quotas): subtitles, which expire by themselves, only
  // have the usual form.
  const paths = [...pathsOf(encoded), ...pathsOf(asTyped(key)).slice(0, -1)];
  // A star is one only at the end.
  return [...new Set(paths.map((path) => `${path.replace(/\*.*$/s, '')}*`))];
}

/** With subtitles at the end. */
function pathsOf(path: string): readonly string[] {
  return [
    // S3 reads a plus sign as a space, so that the edge escapes it.
    path.replaceAll('+', '%2B'),
    `/media${path}`,
    // A key alone leads to an image and to a waveform; of the rest something follows it.
    ...WORDS.map((word) => `/${word}${path}${ROUTES[word].entry === '' ? '' : '/'}`),
  ];
}

/** What a path may contain as it is (RFC 3986 §3.3) need not be escaped, and is another path for the cache. */
function asTyped(key: string): string {
  return `/${encodeURI(key).replaceAll('?', '%3F').replaceAll('#', '%23')}`;
}
