import { addressOf } from '../functions/stream/route/address-of.ts';
import { ROUTES } from '../functions/stream/route/routes.ts';
import { CACHED_ROUTES } from '../infra/cached-routes.ts';

const WORDS = Object.values(CACHED_ROUTES).flatMap(({ routes }) => [...routes]);

/**
 * Returns the paths of an object in CloudFront's cache, for an invalidation: without tokens, which the edge
 * removes, and in the one spelling that it gives them; the bucket's own has no route. Each ends with a star, since parameters are
 * in the key of some: what else begins so is only fetched again.
 */
export function cachedPaths(key: string): readonly string[] {
  const path = addressOf('media', key).slice('/media'.length);
  const paths = [
    path,
    `/media${path}`,
    // A key alone leads to an image and to a waveform; of the rest something follows it.
    ...WORDS.map((word) => `/${word}${path}${ROUTES[word].entry === '' ? '' : '/'}`),
  ];
  // A star is one only at the end.
  return paths.map((each) => `${each.replace(/\*.*$/s, '')}*`);
}
