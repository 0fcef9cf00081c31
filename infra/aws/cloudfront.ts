import type { Declared } from './resource.ts';

type Behaviour = 'none' | 'whitelist' | 'all';
type Items = { readonly items: readonly string[] };

export type QueryKey = { readonly query_string_behavior: Behaviour; readonly query_strings?: Items };

export type CorsConfig = {
  readonly access_control_allow_origins: Items;
  readonly access_control_allow_methods: Items;
  readonly access_control_allow_headers: Items;
  readonly access_control_expose_headers: Items;
  readonly access_control_allow_credentials: boolean;
  readonly origin_override: boolean;
};

type Behavior = {
  readonly target_origin_id: string;
  readonly allowed_methods: readonly string[];
  readonly cached_methods: readonly string[];
  readonly compress: boolean;
  readonly viewer_protocol_policy: 'redirect-to-https';
  readonly cache_policy_id: string;
  readonly origin_request_policy_id: string;
  readonly response_headers_policy_id?: string;
  readonly function_association?: readonly {
    readonly event_type: 'viewer-request' | 'viewer-response';
    readonly function_arn: string;
  }[];
};

type Origin = {
  readonly origin_id: string;
  readonly domain_name: string;
  readonly origin_access_control_id: string;
  readonly custom_origin_config?: {
    readonly http_port: number;
    readonly https_port: number;
    readonly origin_protocol_policy: 'https-only';
    readonly origin_ssl_protocols: readonly string[];
    /** Both in seconds. */
    readonly origin_read_timeout: number;
    readonly origin_keepalive_timeout: number;
  };
};

type Distribution = {
  readonly enabled: boolean;
  readonly comment: string;
  readonly http_version: 'http2and3';
  readonly is_ipv6_enabled: boolean;
  readonly aliases?: readonly string[];
  readonly price_class?: string;
  readonly web_acl_id?: string;
  readonly logging_config?: {
    readonly bucket: string;
    readonly prefix: string;
    readonly include_cookies: boolean;
  };
  readonly origin: readonly Origin[];
  readonly default_cache_behavior: Behavior;
  readonly ordered_cache_behavior: readonly (Behavior & { readonly path_pattern: string })[];
  readonly custom_error_response: readonly {
    readonly error_code: number;
    readonly error_caching_min_ttl: number;
  }[];
  readonly restrictions: {
    readonly geo_restriction: {
      readonly restriction_type: 'none' | 'whitelist' | 'blacklist';
      readonly locations?: readonly string[];
    };
  };
  readonly viewer_certificate:
    | { readonly cloudfront_default_certificate: true }
    | {
        readonly acm_certificate_arn: string;
        readonly ssl_support_method: 'sni-only';
        readonly minimum_protocol_version: string;
      };
};

export type CloudFrontResources = {
  aws_cloudfront_distribution: Declared<Distribution, 'id' | 'arn' | 'domain_name' | 'hosted_zone_id'>;
  aws_cloudfront_function: Declared<
    {
      readonly name: string;
      readonly runtime: 'cloudfront-js-2.0';
      readonly code: string;
      readonly publish: boolean;
      readonly key_value_store_associations?: readonly string[];
    },
    'arn'
  >;
  aws_cloudfront_key_value_store: Declared<{ readonly name: string; readonly comment: string }, 'arn'>;
  aws_cloudfrontkeyvaluestore_keys_exclusive: Declared<{ readonly key_value_store_arn: string }>;
  aws_cloudfront_origin_access_control: Declared<
    {
      readonly name: string;
      readonly origin_access_control_origin_type: 'lambda' | 's3';
      readonly signing_behavior: 'always';
      readonly signing_protocol: 'sigv4';
    },
    'id'
  >;
  aws_cloudfront_cache_policy: Declared<
    {
      readonly name: string;
      /** In seconds, as the two below. */
      readonly min_ttl: number;
      readonly default_ttl: number;
      readonly max_ttl: number;
      readonly parameters_in_cache_key_and_forwarded_to_origin: {
        readonly query_strings_config: QueryKey;
        readonly headers_config: { readonly header_behavior: Behaviour; readonly headers?: Items };
        readonly cookies_config: { readonly cookie_behavior: Behaviour };
      };
    },
    'id'
  >;
  aws_cloudfront_origin_request_policy: Declared<
    {
      readonly name: string;
      readonly headers_config: { readonly header_behavior: Behaviour; readonly headers?: Items };
      readonly cookies_config: { readonly cookie_behavior: Behaviour };
      readonly query_strings_config: QueryKey;
    },
    'id'
  >;
  aws_cloudfront_response_headers_policy: Declared<
    {
      readonly name: string;
      readonly security_headers_config: {
        readonly content_type_options?: { readonly override: boolean };
        readonly content_security_policy?: {
          readonly content_security_policy: string;
          readonly override: boolean;
        };
        readonly strict_transport_security?: {
          readonly access_control_max_age_sec: number;
          readonly include_subdomains: boolean;
          readonly override: boolean;
        };
      };
      readonly cors_config?: CorsConfig;
    },
    'id'
  >;
};
