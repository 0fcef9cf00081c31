import type { Construct } from 'constructs';
import { type ParameterRoute, SCHEMAS } from '../functions/stream/route/parameters.ts';
import type { KeyedWord } from '../functions/stream/route/routes.ts';
import { Resource } from './aws/resource.ts';

type CachedRoutes = {
  readonly routes: readonly KeyedWord[];
  /** Whose parameters tell apart what has a version, and is cached for ever. */
  readonly versioned: readonly ParameterRoute[];
  /** Whose parameters tell apart playlists and other texts, which are cached if the operator wants it. */
  readonly texts: readonly ParameterRoute[];
  /** Whether the answer depends on Accept, which the code at the edge reduces to what matters. */
  readonly followsAccept: boolean;
};

/** What CloudFront caches of the function's answers beside /media, by cache policies. */
export const CACHED_ROUTES = {
  segments: {
    routes: ['hls', 'dash'],
    versioned: ['segment'],
    texts: ['manifest', 'playlist'],
    followsAccept: false,
  },
  images: { routes: ['image'], versioned: ['image'], texts: [], followsAccept: true },
  waveforms: { routes: ['waveform'], versioned: ['waveform'], texts: [], followsAccept: true },
  sheets: { routes: ['storyboard'], versioned: ['sheet', 'storyboard'], texts: [], followsAccept: false },
  subtitles: { routes: ['subtitles'], versioned: [], texts: ['subtitles'], followsAccept: false },
} as const satisfies Readonly<Record<string, CachedRoutes>>;

export type CachedName = keyof typeof CACHED_ROUTES;

/** Returns the parameters in the key of a cache: none that a player or a campaign adds. Empty if nothing is cached there. */
export function keyParameters(name: CachedName, hasTexts: boolean): readonly string[] {
  const { versioned, texts } = CACHED_ROUTES[name];
  const routes: readonly ParameterRoute[] = hasTexts ? [...versioned, ...texts] : versioned;
  return [...new Set(routes.flatMap((route) => Object.keys(SCHEMAS[route].entries)))];
}

/**
 * Stores answers for as long as the function says, and asks it each time otherwise. Tokens are in no key: the code at
 * the edge removes them from the path once it has checked them. Returns the policy's id.
 */
export function cachePolicy(
  scope: Construct,
  what: string,
  name: string,
  key: { readonly parameters: 'all' | readonly string[]; readonly followsAccept: boolean },
): string {
  return new Resource(scope, `${what}-caching`, 'aws_cloudfront_cache_policy', {
    name: `${name}-${what}`,
    // Anything more would cache what the function says must not be.
    min_ttl: 0,
    default_ttl: 0,
    max_ttl: 31_536_000,
    parameters_in_cache_key_and_forwarded_to_origin: {
      query_strings_config:
        key.parameters === 'all'
          ? { query_string_behavior: 'all' }
          : { query_string_behavior: 'whitelist', query_strings: { items: key.parameters } },
      headers_config: key.followsAccept
        ? { header_behavior: 'whitelist', headers: { items: ['Accept'] } }
        : { header_behavior: 'none' },
      cookies_config: { cookie_behavior: 'none' },
    },
  }).get('id');
}
