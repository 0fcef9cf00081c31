import { type ITerraformDependable, Lazy } from 'cdktn';
import { Construct } from 'constructs';
import { Resource } from './aws/resource.ts';
import type { Rule } from './aws/s3.ts';
import type { Options } from './options.ts';
import { policyDocument, type Statement } from './policy.ts';

export type PrivateBucketOptions = {
  /** S3 adds 26 characters, since somebody else could register a predictable name first. */
  readonly namePrefix: string;
  /** Whether `destroy` may delete it with its content, because all of it can be produced again. */
  readonly disposable: boolean;
  /** Days after which an object is deleted; null for never. */
  readonly expiryDays: number | null;
  /** Days after which an upload that nobody completed is deleted; 0 for never. */
  readonly unfinishedUploadDays: number;
  /** Null for S3's own key. */
  readonly kmsKeyArn: string | null;
  /** Whether pages of other origins may read what a presigned address returns. */
  readonly isReadByPages?: boolean;
  /** Whether pages may post files to it, each with a form that the function has signed. */
  readonly isWrittenByPages?: boolean;
};

/** A bucket that is closed to the public, encrypted, and reached over TLS only. */
export class PrivateBucket extends Construct {
  readonly name: string;
  readonly arn: string;
  /** The domain name from which CloudFront reads it. */
  readonly domainName: string;
  /** The same without its region, as only old services of AWS want it. */
  readonly globalDomainName: string;
  /** Its last setting, which others of the same bucket wait for. */
  readonly closed: ITerraformDependable;
  readonly #statements: Statement[] = [];

  constructor(scope: Construct, id: string, options: PrivateBucketOptions) {
    super(scope, id);
    const { namePrefix, disposable, kmsKeyArn, isReadByPages = false, isWrittenByPages = false } = options;
    const bucket = new Resource(this, 'bucket', 'aws_s3_bucket', {
      bucket_prefix: namePrefix,
      force_destroy: disposable,
    });
    this.name = bucket.get('bucket');
    this.arn = bucket.get('arn');
    this.domainName = bucket.get('bucket_regional_domain_name');
    this.globalDomainName = bucket.get('bucket_domain_name');
    new Resource(this, 'encryption', 'aws_s3_bucket_server_side_encryption_configuration', {
      bucket: this.name,
      rule: [encryptionRule(kmsKeyArn)],
    });
    const block = new Resource(this, 'public-access', 'aws_s3_bucket_public_access_block', {
      bucket: this.name,
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    this.allow(tlsOnly(this.arn));
    this.closed = new Resource(
      this,
      'policy',
      'aws_s3_bucket_policy',
      {
        bucket: this.name,
        policy: Lazy.stringValue({ produce: () => policyDocument(...this.#statements) }),
      },
      {
        // S3 answers 409 if two such settings of one bucket meet.
        dependsOn: [block],
      },
    );
    const rules = lifecycleRules(options);
    if (rules.length > 0) {
      new Resource(this, 'lifecycle', 'aws_s3_bucket_lifecycle_configuration', {
        bucket: this.name,
        rule: rules,
      });
    }
    const pages = [...(isReadByPages ? [READING_PAGES] : []), ...(isWrittenByPages ? [WRITING_PAGES] : [])];
    if (pages.length > 0)
      new Resource(this, 'cors', 'aws_s3_bucket_cors_configuration', { bucket: this.name, cors_rule: pages });
  }

  /** Adds a statement to the bucket's policy. */
  allow(statement: Statement): void {
    this.#statements.push(statement);
  }
}

/**
 * After a redirect from one origin to another a browser sends `Origin: null` (Fetch standard,
 * "redirect-taint"), so that a list of origins would allow nobody. A read still needs a presigned address,
 * which the function hands out.
 */
const READING_PAGES = {
  allowed_origins: ['*'],
  allowed_methods: ['GET', 'HEAD'],
  allowed_headers: ['*'],
  expose_headers: ['Accept-Ranges', 'Content-Length', 'Content-Range', 'ETag'],
  max_age_seconds: 86_400,
};

/** The address of the page is not known yet, and the form is what allows a file. */
const WRITING_PAGES = {
  allowed_origins: ['*'],
  allowed_methods: ['POST'],
  allowed_headers: ['*'],
  expose_headers: ['ETag'],
  max_age_seconds: 86_400,
};

/** Returns whether pages read a bucket to which the function redirects for what one response cannot carry. */
export function isReadByPages({ environment }: Pick<Options, 'environment'>): boolean {
  return Boolean(environment.ALLOWED_ORIGINS);
}

/** Returns whether the page adds files to the bucket with the media. */
export function isWrittenByPages({ environment }: Pick<Options, 'environment'>): boolean {
  return environment.UPLOADS === '1';
}

function tlsOnly(bucketArn: string): Statement {
  return {
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

function encryptionRule(kmsKeyArn: string | null) {
  if (kmsKeyArn === null) {
    return { apply_server_side_encryption_by_default: { sse_algorithm: 'AES256' } } as const;
  }
  return {
    apply_server_side_encryption_by_default: { sse_algorithm: 'aws:kms', kms_master_key_id: kmsKeyArn },
    // One request to KMS for many objects instead of one for each.
    bucket_key_enabled: true,
  } as const;
}

/** Parts of an upload that nobody completes are billed and invisible. */
function lifecycleRules({ expiryDays, unfinishedUploadDays }: PrivateBucketOptions): readonly Rule[] {
  if (expiryDays === null && unfinishedUploadDays === 0) return [];
  return [
    {
      id: expiryDays === null ? 'unfinished-uploads' : 'expire',
      status: 'Enabled',
      filter: [{ prefix: '' }],
      ...(expiryDays === null ? {} : { expiration: [{ days: expiryDays }] }),
      ...(unfinishedUploadDays === 0
        ? {}
        : { abort_incomplete_multipart_upload: [{ days_after_initiation: unfinishedUploadDays }] }),
    },
  ];
}
