import type { Declared } from './resource.ts';

/** A rule of a bucket's lifecycle. */
export type Rule = {
  readonly id: string;
  readonly status: 'Enabled';
  readonly filter: readonly [{ readonly prefix: string }];
  readonly expiration?: readonly [{ readonly days: number }];
  readonly abort_incomplete_multipart_upload?: readonly [{ readonly days_after_initiation: number }];
};

export type S3Resources = {
  aws_s3_bucket: Declared<
    { readonly bucket_prefix: string; readonly force_destroy: boolean },
    'bucket' | 'arn' | 'bucket_regional_domain_name' | 'bucket_domain_name'
  >;
  aws_s3_bucket_server_side_encryption_configuration: Declared<{
    readonly bucket: string;
    readonly rule: readonly [
      {
        readonly apply_server_side_encryption_by_default: {
          readonly sse_algorithm: 'AES256' | 'aws:kms';
          readonly kms_master_key_id?: string;
        };
        readonly bucket_key_enabled?: boolean;
      },
    ];
  }>;
  aws_s3_bucket_public_access_block: Declared<{
    readonly bucket: string;
    readonly block_public_acls: boolean;
    readonly block_public_policy: boolean;
    readonly ignore_public_acls: boolean;
    readonly restrict_public_buckets: boolean;
  }>;
  aws_s3_bucket_policy: Declared<{ readonly bucket: string; readonly policy: string }>;
  aws_s3_bucket_lifecycle_configuration: Declared<{
    readonly bucket: string;
    readonly rule: readonly Rule[];
  }>;
  aws_s3_bucket_cors_configuration: Declared<{
    readonly bucket: string;
    readonly cors_rule: readonly {
      readonly allowed_origins: readonly string[];
      readonly allowed_methods: readonly string[];
      readonly allowed_headers: readonly string[];
      readonly expose_headers: readonly string[];
      readonly max_age_seconds: number;
    }[];
  }>;
  aws_s3_bucket_ownership_controls: Declared<{
    readonly bucket: string;
    readonly rule: { readonly object_ownership: 'BucketOwnerPreferred' };
  }>;
  aws_s3_object: Declared<
    {
      readonly bucket: string;
      readonly key: string;
      readonly source: string;
      /** Instead of the provider's own. */
      readonly override_provider?: {
        readonly default_tags: { readonly tags: Readonly<Record<string, string>> };
      };
    },
    'bucket' | 'key'
  >;
};

export type S3Data = {
  aws_s3_bucket: Declared<
    { readonly bucket: string },
    'bucket' | 'arn' | 'bucket_regional_domain_name' | 'bucket_region'
  >;
};
