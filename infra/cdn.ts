import {
  CloudfrontCachePolicy,
  type CloudfrontCachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfig as QueryKey,
} from '@cdktn/provider-aws/lib/cloudfront-cache-policy/index.js';
import { CloudfrontDistribution } from '@cdktn/provider-aws/lib/cloudfront-distribution/index.js';
import { CloudfrontFunction } from '@cdktn/provider-aws/lib/cloudfront-function/index.js';
import { CloudfrontOriginAccessControl } from '@cdktn/provider-aws/lib/cloudfront-origin-access-control/index.js';
import { CloudfrontOriginRequestPolicy } from '@cdktn/provider-aws/lib/cloudfront-origin-request-policy/index.js';
import { Fn } from 'cdktn';
import { Construct } from 'constructs';
import { type EdgeRole, edgeCode } from './edge/code.ts';
import { EdgeKeys } from './edge-keys.ts';
import { mediaHeaders, originsOf } from './media-headers.ts';

export type CdnOptions = {
  /** Unique in the account. */
  readonly name: string;
  readonly functionUrl: string;
  readonly bucketDomainName: string;
  /** The origins whose pages may read answers, as in the function's setting; undefined for none. */
  readonly allowedOrigins: string | undefined;
  /** The SSM parameter with the keys that sign addresses; null if everybody may call. */
  readonly keysParameter: string | null;
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
function pathPattern(route: 'media' | 'hls' | 'dash', isSigned: boolean): string {
  return isSigned ? `/~*.?.${'?'.repeat(43)}/${route}/*` : `/${route}/*`;
}

/**
 * CloudFront in front of both origins. The objects' own bytes come from the bucket, since CloudFront answers
 * a range with the whole body if the origin's answer is chunked, as every streamed one is. Everything else
 * comes from the function.
 */
export class Cdn extends Construct {
  readonly arn: string;
  readonly url: string;

  constructor(scope: Construct, id: string, options: CdnOptions) {
    super(scope, id);
    const { name, keysParameter } = options;
    const request = keysParameter === null ? null : this.#signedRequest(options, keysParameter);
    const isSigned = request !== null;
    const told = this.#edgeFunction('media-response', options);
    const headers = mediaHeaders(this, name, options.allowedOrigins);
    // The key contains the version and nothing that a player adds.
    const version = { queryStringBehavior: 'whitelist', queryStrings: { items: ['v'] } };
    const segments = this.#caching('segments', name, version);
    const functionAccess = this.#accessControl(name, 'lambda');
    const bucketAccess = this.#accessControl(name, 's3');
    const always = {
      allowedMethods: ['GET', 'HEAD', 'OPTIONS'],
      cachedMethods: ['GET', 'HEAD'],
      // Media is compressed already, and CloudFront's compression has no ranges.
      compress: false,
      viewerProtocolPolicy: 'redirect-to-https',
      targetOriginId: 'function',
    };
    const distribution = new CloudfrontDistribution(this, 'distribution', {
      enabled: true,
      comment: name,
      httpVersion: 'http2and3',
      isIpv6Enabled: true,
      origin: [
        {
          originId: 'function',
          domainName: Fn.element(Fn.split('/', options.functionUrl), 2),
          originAccessControlId: functionAccess.id,
          customOriginConfig: {
            httpPort: 80,
            httpsPort: 443,
            originProtocolPolicy: 'https-only',
            originSslProtocols: ['TLSv1.2'],
            originReadTimeout: 60,
            originKeepaliveTimeout: 60,
          },
        },
        {
          originId: 'bucket',
          domainName: options.bucketDomainName,
          originAccessControlId: bucketAccess.id,
        },
      ],
      // An answer of /stream depends on Accept, which no cache key of CloudFront distinguishes in full.
      defaultCacheBehavior: {
        ...always,
        cachePolicyId: CACHING_DISABLED,
        originRequestPolicyId: ALL_VIEWER_EXCEPT_HOST_HEADER,
        ...(request === null ? {} : { functionAssociation: [on('viewer-request', request)] }),
      },
      orderedCacheBehavior: [
        {
          ...always,
          pathPattern: pathPattern('media', isSigned),
          cachePolicyId: this.#caching('media', name, { queryStringBehavior: 'all' }).id,
          originRequestPolicyId: this.#askedBy(name).id,
          responseHeadersPolicyId: headers.id,
          functionAssociation: [
            on('viewer-request', request ?? this.#edgeFunction('media-request', options)),
            on('viewer-response', told),
          ],
        },
        ...(['hls', 'dash'] as const).map((route) => ({
          ...always,
          pathPattern: pathPattern(route, isSigned),
          cachePolicyId: segments.id,
          originRequestPolicyId: ALL_VIEWER_EXCEPT_HOST_HEADER,
          // The cached answer may have been requested by a page of another origin.
          responseHeadersPolicyId: headers.id,
          ...(request === null
            ? {}
            : { functionAssociation: [on('viewer-request', request), on('viewer-response', told)] }),
        })),
      ],
      customErrorResponse: ALWAYS_CACHED.map((errorCode) => ({ errorCode, errorCachingMinTtl: 0 })),
      restrictions: { geoRestriction: { restrictionType: 'none' } },
      viewerCertificate: { cloudfrontDefaultCertificate: true },
    });
    this.arn = distribution.arn;
    this.url = `https://${distribution.domainName}`;
  }

  #accessControl(name: string, origin: 'lambda' | 's3'): CloudfrontOriginAccessControl {
    return new CloudfrontOriginAccessControl(this, `${origin}-access`, {
      name: `${name}-${origin}`,
      originAccessControlOriginType: origin,
      signingBehavior: 'always',
      signingProtocol: 'sigv4',
    });
  }

  /**
   * Stores answers for as long as the origin allows, and asks the origin each time otherwise. The managed
   * policies either store for a day what may have been replaced, or leave the query out of the key, so that
   * the answer to `?download=1` would be served to everybody. Tokens are in no key: the code at the edge
   * removes them from the path once it has checked them.
   */
  #caching(what: 'media' | 'segments', name: string, queryStringsConfig: QueryKey): CloudfrontCachePolicy {
    return new CloudfrontCachePolicy(this, `${what}-caching`, {
      name: `${name}-${what}`,
      minTtl: 0,
      defaultTtl: 0,
      maxTtl: 31_536_000,
      parametersInCacheKeyAndForwardedToOrigin: {
        queryStringsConfig,
        headersConfig: { headerBehavior: 'none' },
        cookiesConfig: { cookieBehavior: 'none' },
      },
    });
  }

  /**
   * Shows the function what kind of client asks: it redirects everything but pages to the store, whose CORS
   * may not allow a page. These headers are in no key, since such answers are not cached, and there are no
   * others, since the bucket receives them as well.
   */
  #askedBy(name: string): CloudfrontOriginRequestPolicy {
    return new CloudfrontOriginRequestPolicy(this, 'media-asked-by', {
      name: `${name}-media`,
      headersConfig: { headerBehavior: 'whitelist', headers: { items: ['Origin', 'Sec-Fetch-Dest'] } },
      cookiesConfig: { cookieBehavior: 'none' },
      queryStringsConfig: { queryStringBehavior: 'none' },
    });
  }

  /** Returns the function that checks tokens before anything answers. */
  #signedRequest(options: CdnOptions, parameter: string): CloudfrontFunction {
    const { storeArn } = new EdgeKeys(this, 'keys', { name: options.name, parameter });
    return this.#edgeFunction('signed-request', options, [storeArn]);
  }

  #edgeFunction(
    role: EdgeRole,
    { name, keysParameter, allowedOrigins }: CdnOptions,
    keyValueStoreAssociations?: string[],
  ): CloudfrontFunction {
    return new CloudfrontFunction(this, role, {
      name: `${name}-${role}`,
      runtime: 'cloudfront-js-2.0',
      code: edgeCode(role, { isSigned: keysParameter !== null, allowedOrigins: originsOf(allowedOrigins) }),
      publish: true,
      ...(keyValueStoreAssociations ? { keyValueStoreAssociations } : {}),
    });
  }
}

function on(eventType: 'viewer-request' | 'viewer-response', { arn: functionArn }: CloudfrontFunction) {
  return { eventType, functionArn };
}
