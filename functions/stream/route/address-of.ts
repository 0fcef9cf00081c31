import { encodeKey, refuseRewrittenPath } from '../base/key.ts';
import { isMediaAsk } from './adaptive.ts';
import { isForeign, type ParameterRoute } from './parameters.ts';
import type { Route } from './route.ts';
import { entryOf, type KeyedWord, parseRoute, READING } from './routes.ts';
import { isIndex } from './storyboard.ts';

/** Returns the methods that the address of a path answers. */
export function methodsOf({ pathname }: URL): readonly string[] {
  const word = pathname.split('/')[1] ?? '';
  const entry = entryOf(word);
  return [...READING, ...(entry?.writing ?? [])];
}

/**
 * Path and query as a signature of one address covers them: as they were sent, without parameters that are
 * not Sluice's own.
 */
export function signedAddress(route: Route, { pathname, search }: URL): string {
  // A client that may see the list may turn its pages.
  if (route.kind === 'page') return pathname;
  const kind = parameterRouteOf(route);
  const pairs = search.slice(1).split('&');
  const own = pairs
    .filter((pair) => [...new URLSearchParams(`?${pair}`).keys()].every((name) => !isForeign(kind, name)))
    .join('&');
  return own === '' ? pathname : `${pathname}?${own}`;
}

function parameterRouteOf(route: Route): ParameterRoute {
  switch (route.kind) {
    case 'export':
      return 'stream';
    case 'storyboard':
      return isIndex(route.ask) ? 'storyboard' : 'sheet';
    case 'adaptive':
      if (isMediaAsk(route.ask)) return 'segment';
      if (route.ask.kind === 'iframes' || route.ask.kind === 'text') return 'bare';
      return route.ask.kind === 'master' || route.ask.kind === 'manifest' ? 'manifest' : 'playlist';
    default:
      return route.kind;
  }
}

/** Returns the address of a key below a route: the inverse of `parseRoute`. */
export function addressOf(word: KeyedWord, key: string): string {
  return `/${word}/${encodeKey(key)}`;
}

/**
 * Returns whether `addressOf` can name a key: no address opens some keys of S3, since other programs would
 * read it differently.
 */
export function isAddressable(key: string): boolean {
  try {
    const path = addressOf('media', key);
    refuseRewrittenPath(path);
    const route = parseRoute(new URL(path, 'https://localhost'));
    return route.kind === 'media' && route.key === key;
  } catch {
    return false;
  }
}
