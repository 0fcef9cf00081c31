import {
  CloudfrontResponseHeadersPolicy,
  type CloudfrontResponseHeadersPolicyCorsConfig as CorsConfig,
} from '@cdktn/provider-aws/lib/cloudfront-response-headers-policy/index.js';
import type { Construct } from 'constructs';
import { EXPOSED_HEADERS } from '../functions/stream/http/cors.ts';
import { MEDIA_POLICY } from '../functions/stream/http/policy.ts';

/**
 * Adds headers to the bucket's answers: no guessing of types, no script, and the CORS that the function
 * sends.
 */
export function mediaHeaders(
  scope: Construct,
  name: string,
  allowedOrigins: string | undefined,
): CloudfrontResponseHeadersPolicy {
  return new CloudfrontResponseHeadersPolicy(scope, 'media-headers', {
    name: `${name}-media`,
    securityHeadersConfig: {
      contentTypeOptions: { override: true },
      // An object that is a page after all runs nothing.
      contentSecurityPolicy: { contentSecurityPolicy: MEDIA_POLICY, override: true },
    },
    ...(allowedOrigins ? { corsConfig: corsOf(allowedOrigins) } : {}),
  });
}

function corsOf(allowedOrigins: string): CorsConfig {
  return {
    accessControlAllowOrigins: { items: [...originsOf(allowedOrigins)] },
    accessControlAllowMethods: { items: ['GET', 'HEAD', 'OPTIONS'] },
    accessControlAllowHeaders: { items: ['*'] },
    accessControlExposeHeaders: { items: [...EXPOSED_HEADERS] },
    accessControlAllowCredentials: false,
    // The function's answers carry the same, and a header must not come twice.
    originOverride: true,
  };
}

/** Parses the list in the function's setting. */
export function originsOf(allowedOrigins: string | undefined): readonly string[] {
  return allowedOrigins ? allowedOrigins.split(',').map((origin) => origin.trim()) : [];
}
