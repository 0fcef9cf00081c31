import type { Construct } from 'constructs';
import { EXPOSED_HEADERS } from '../functions/stream/http/cors.ts';
import { MEDIA_POLICY } from '../functions/stream/http/policy.ts';
import type { CorsConfig } from './aws/cloudfront.ts';
import { Resource } from './aws/resource.ts';

/**
 * Adds headers to the bucket's answers: no guessing of types, no script, and the CORS that the function
 * sends.
 */
export function mediaHeaders(
  scope: Construct,
  name: string,
  allowedOrigins: string | undefined,
  hstsSeconds: number,
): string {
  return new Resource(scope, 'media-headers', 'aws_cloudfront_response_headers_policy', {
    name: `${name}-media`,
    security_headers_config: {
      content_type_options: { override: true },
      // An object that is a page after all runs nothing.
      content_security_policy: { content_security_policy: MEDIA_POLICY, override: true },
      ...(hstsSeconds === 0 ? {} : hsts(hstsSeconds)),
    },
    ...(allowedOrigins ? { cors_config: corsOf(allowedOrigins) } : {}),
  }).get('id');
}

/** Adds to answers of the function, which have all other headers, that browsers are to use HTTPS only. */
export function hstsHeaders(scope: Construct, name: string, hstsSeconds: number): string {
  return new Resource(scope, 'hsts', 'aws_cloudfront_response_headers_policy', {
    name: `${name}-hsts`,
    security_headers_config: hsts(hstsSeconds),
  }).get('id');
}

function hsts(seconds: number) {
  return {
    strict_transport_security: {
      access_control_max_age_sec: seconds,
      // Other names of the domain are not this stack's business.
      include_subdomains: false,
      override: true,
    },
  };
}

function corsOf(allowedOrigins: string): CorsConfig {
  return {
    access_control_allow_origins: { items: [...originsOf(allowedOrigins)] },
    access_control_allow_methods: { items: ['GET', 'HEAD', 'OPTIONS'] },
    access_control_allow_headers: { items: ['*'] },
    access_control_expose_headers: { items: [...EXPOSED_HEADERS] },
    access_control_allow_credentials: false,
    // The function's answers carry the same, and a header must not come twice.
    origin_override: true,
  };
}

/** Parses the list in the function's setting. */
export function originsOf(allowedOrigins: string | undefined): readonly string[] {
  return allowedOrigins ? allowedOrigins.split(',').map((origin) => origin.trim()) : [];
}
