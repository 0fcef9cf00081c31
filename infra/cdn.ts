import { dependable, Fn } from 'cdktn';
import { Construct } from 'constructs';
import type { KeyedWord } from '../functions/stream/route/routes.ts';
import type { AccessLogs } from './access-logs.ts';
import { Resource } from './aws/resource.ts';
import { CACHED_ROUTES, type CachedName, cachePolicy, keyParameters } from './cached-routes.ts';
import type { CustomDomain } from './custom-domain.ts';
import { type EdgeRole, edgeCode } from './edge/code.ts';
import { EdgeKeys } from './edge-keys.ts';
import { hstsHeaders, mediaHeaders, originsOf } from './media-headers.ts';

export type CdnOptions = {
  /** Unique in the account. */
  readonly name: string;
  readonly functionUrl: string;
  readonly bucketDomainName: string;
  /** The origins whose pages may read answers, as in the function's setting; undefined for none. */
  readonly allowedOrigins: string | undefined;
  /** The SSM parameter with the keys that sign addresses; null if everybody may call. */
  readonly keysParameter: string | null;
  /** Whether films are sent encrypted alone. */
  readonly isEncrypted: boolean;
  /** For how long playlists are cached; zero if the function is asked each time. */
  readonly playlistSeconds: number;
  /** Its own name and certificate; null for CloudFront's. */
  readonly domain: CustomDomain | null;
  /** Null if what is requested is not written down. */
  readonly accessLogs: AccessLogs | null;
  /** Zero if browsers are told nothing. */
  readonly hstsSeconds: number;
  readonly priceClass: string;
  readonly webAclArn: string | null;
  readonly allowCountries: readonly string[];
  readonly blockCountries: readonly string[];
};

// AWS's managed policies (CloudFront, "Use managed cache policies" and "Use managed origin request
// policies").
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER_EXCEPT_HOST_HEADER = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

// Statuses that CloudFront would cache for ten seconds whatever the policy says, under a key without the
// query: the failure of one client's transcode would be served to everybody.
const ALWAYS_CACHED = [404, 414, 500, 501, 502, 503, 504];

/**
 * Returns the path pattern of a route. With a token: a star also matches slashes, and a path below another
 * route must not match.
 */
function pathPattern(route: KeyedWord, isSigned: boolean): string {
  return isSigned ? `/~*.?.${'?'.repeat(43)}/${route}/*` : `/${route}/*`;
}

/**
 * CloudFront in front of both origins. The objects' own bytes come from the bucket, since CloudFront answers
 * a range with the whole body if the origin's answer is chunked, as every streamed one is. Everything else
 * comes from the function.
 */
export class Cdn extends Construct {
  readonly id: string;
  readonly arn: string;
  readonly url: string;

  constructor(scope: Construct, id: string, options: CdnOptions) {
    super(scope, id);
    const { name, keysParameter } = options;
    const request = keysParameter === null ? null : this.#signedRequest(options, keysParameter);
    const isSigned = request !== null;
    const told = this.#edgeFunction('media-response', options);
    const { allowedOrigins, hstsSeconds, domain } = options;
    const headers = mediaHeaders(this, name, allowedOrigins, hstsSeconds);
    // With a token, the cached answer passes the code that says so to other caches.
    const signed = request === null ? null : [on('viewer-request', request), on('viewer-response', told)];
    const functionAccess = this.#accessControl(name, 'lambda');
    const bucketAccess = this.#accessControl(name, 's3');
    const always = {
      allowed_methods: ['GET', 'HEAD', 'OPTIONS'],
      cached_methods: ['GET', 'HEAD'],
      // Media is compressed already, and CloudFront's compression has no ranges.
      compress: false,
      viewer_protocol_policy: 'redirect-to-https',
      target_origin_id: 'function',
    } as const;
    const distribution = new Resource(this, 'distribution', 'aws_cloudfront_distribution', {
      enabled: true,
      comment: name,
      ...(domain === null ? {} : { aliases: [domain.name] }),
      // The default of AWS.
      ...(options.priceClass === 'PriceClass_All' ? {} : { price_class: options.priceClass }),
      ...(options.webAclArn === null ? {} : { web_acl_id: options.webAclArn }),
      ...(options.accessLogs === null ? {} : { logging_config: options.accessLogs.config }),
      http_version: 'http2and3',
      is_ipv6_enabled: true,
      origin: [
        {
          origin_id: 'function',
          domain_name: Fn.element(Fn.split('/', options.functionUrl), 2),
          origin_access_control_id: functionAccess,
          custom_origin_config: {
            http_port: 80,
            https_port: 443,
            origin_protocol_policy: 'https-only',
            origin_ssl_protocols: ['TLSv1.2'],
            origin_read_timeout: 60,
            origin_keepalive_timeout: 60,
          },
        },
        {
          origin_id: 'bucket',
          domain_name: options.bucketDomainName,
          origin_access_control_id: bucketAccess,
        },
      ],
      // An answer of /stream depends on Accept, which no cache key of CloudFront distinguishes in full.
      default_cache_behavior: {
        ...always,
        cache_policy_id: CACHING_DISABLED,
        origin_request_policy_id: ALL_VIEWER_EXCEPT_HOST_HEADER,
        ...(hstsSeconds === 0 ? {} : { response_headers_policy_id: hstsHeaders(this, name, hstsSeconds) }),
        ...(request === null ? {} : { function_association: [on('viewer-request', request)] }),
      },
      ordered_cache_behavior: [
        {
          ...always,
          path_pattern: pathPattern('media', isSigned),
          // The managed policies either store for a day what may have been replaced, or leave the query out of the
          // key, so that the answer to `?download=1` would be served to everybody.
          cache_policy_id: cachePolicy(this, 'media', name, { parameters: 'all', followsAccept: false }),
          origin_request_policy_id: this.#askedBy(name),
          response_headers_policy_id: headers,
          function_association: [
            on('viewer-request', request ?? this.#edgeFunction('media-request', options)),
            on('viewer-response', told),
          ],
        },
        ...this.#cachedRoutes(options, signed).map(({ route, policy, code }) => ({
          ...always,
          path_pattern: pathPattern(route, isSigned),
          cache_policy_id: policy,
          origin_request_policy_id: ALL_VIEWER_EXCEPT_HOST_HEADER,
          // The cached answer may have been requested by a page of another origin.
          response_headers_policy_id: headers,
          function_association: code,
        })),
      ],
      custom_error_response: ALWAYS_CACHED.map((status) => ({
        error_code: status,
        error_caching_min_ttl: 0,
      })),
      restrictions: { geo_restriction: geoRestriction(options) },
      viewer_certificate:
        domain === null ? { cloudfront_default_certificate: true } : certificateOf(domain.certificateArn),
    });
    if (options.accessLogs !== null) distribution.dependsOn = [dependable(options.accessLogs.ready)];
    this.arn = distribution.get('arn');
    const domainName = distribution.get('domain_name');
    domain?.leadTo({ domainName, zoneId: distribution.get('hosted_zone_id') });
    this.id = distribution.get('id');
    this.url = `https://${domain?.name ?? domainName}`;
  }

  #accessControl(name: string, origin: 'lambda' | 's3'): string {
    return new Resource(this, `${origin}-access`, 'aws_cloudfront_origin_access_control', {
      name: `${name}-${origin}`,
      origin_access_control_origin_type: origin,
      signing_behavior: 'always',
      signing_protocol: 'sigv4',
    }).get('id');
  }

  /** Returns the routes that are cached beside /media, with their code at the edge; `signed` is null if everybody may call. */
  #cachedRoutes(options: CdnOptions, signed: readonly Association[] | null) {
    const { name, playlistSeconds } = options;
    const open = signed ?? [on('viewer-request', this.#edgeFunction('cached-request', options))];
    return (Object.keys(CACHED_ROUTES) as CachedName[]).flatMap((what) => {
      const { routes, followsAccept } = CACHED_ROUTES[what];
      const parameters = keyParameters(what, playlistSeconds > 0);
      if (parameters.length === 0) return [];
      const policy = cachePolicy(this, what, name, { parameters, followsAccept });
      return routes.map((route) => ({ route, policy, code: signed ?? open }));
    });
  }

  /**
   * Shows the function what kind of client asks: it redirects everything but pages to the store, whose CORS
   * may not allow a page. These headers are in no key, since such answers are not cached, and there are no
   * others, since the bucket receives them as well.
   */
  #askedBy(name: string): string {
    return new Resource(this, 'media-asked-by', 'aws_cloudfront_origin_request_policy', {
      name: `${name}-media`,
      headers_config: { header_behavior: 'whitelist', headers: { items: ['Origin', 'Sec-Fetch-Dest'] } },
      cookies_config: { cookie_behavior: 'none' },
      query_strings_config: { query_string_behavior: 'none' },
    }).get('id');
  }

  /** Returns the function that checks tokens before anything answers. */
  #signedRequest(options: CdnOptions, parameter: string): string {
    const { storeArn } = new EdgeKeys(this, 'keys', { name: options.name, parameter });
    return this.#edgeFunction('signed-request', options, [storeArn]);
  }

  #edgeFunction(
    role: EdgeRole,
    { name, keysParameter, isEncrypted, playlistSeconds, allowedOrigins }: CdnOptions,
    stores?: readonly string[],
  ): string {
    return new Resource(this, role, 'aws_cloudfront_function', {
      name: `${name}-${role}`,
      runtime: 'cloudfront-js-2.0',
      code: edgeCode(role, {
        isSigned: keysParameter !== null,
        isEncrypted,
        hasTexts: playlistSeconds > 0,
        allowedOrigins: originsOf(allowedOrigins),
      }),
      publish: true,
      ...(stores ? { key_value_store_associations: stores } : {}),
    }).get('arn');
  }
}

type Association = ReturnType<typeof on>;

function on(event: 'viewer-request' | 'viewer-response', functionArn: string) {
  return { event_type: event, function_arn: functionArn };
}

function certificateOf(arn: string) {
  return {
    acm_certificate_arn: arn,
    ssl_support_method: 'sni-only',
    minimum_protocol_version: 'TLSv1.2_2021',
  } as const;
}

function geoRestriction({ allowCountries, blockCountries }: CdnOptions) {
  if (allowCountries.length > 0) return { restriction_type: 'whitelist', locations: allowCountries } as const;
  if (blockCountries.length > 0) return { restriction_type: 'blacklist', locations: blockCountries } as const;
  // Without a list, the provider would keep the countries that were named before.
  return { restriction_type: 'none', locations: [] } as const;
}
