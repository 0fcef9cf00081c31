import { S3Bucket } from '@cdktn/provider-aws/lib/s3-bucket/index.js';
import { S3BucketCorsConfiguration } from '@cdktn/provider-aws/lib/s3-bucket-cors-configuration/index.js';
import { S3BucketLifecycleConfiguration } from '@cdktn/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js';
import { S3BucketPolicy } from '@cdktn/provider-aws/lib/s3-bucket-policy/index.js';
import { S3BucketPublicAccessBlock } from '@cdktn/provider-aws/lib/s3-bucket-public-access-block/index.js';
import { S3BucketServerSideEncryptionConfigurationA as Encryption } from '@cdktn/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js';
import { Lazy } from 'cdktn';
import { Construct } from 'constructs';
import type { Options } from './options.ts';
import { policyDocument, type Statement } from './policy.ts';

export type PrivateBucketOptions = {
  /** S3 adds 26 characters, since somebody else could register a predictable name first. */
  readonly namePrefix: string;
  /** Whether `destroy` may delete it with its content, because all of it can be produced again. */
  readonly disposable: boolean;
  /** Days after which an object is deleted; null for never. */
  readonly expiryDays: number | null;
  /** Whether pages of other origins may read what a presigned address returns. */
  readonly isReadByPages?: boolean;
};

/** A bucket that is closed to the public, encrypted, and reached over TLS only. */
export class PrivateBucket extends Construct {
  readonly name: string;
  readonly arn: string;
  /** The domain name from which CloudFront reads it. */
  readonly domainName: string;
  readonly #statements: Statement[] = [];

  constructor(scope: Construct, id: string, options: PrivateBucketOptions) {
    super(scope, id);
    const { namePrefix, disposable, expiryDays, isReadByPages = false } = options;
    const bucket = new S3Bucket(this, 'bucket', { bucketPrefix: namePrefix, forceDestroy: disposable });
    this.name = bucket.bucket;
    this.arn = bucket.arn;
    this.domainName = bucket.bucketRegionalDomainName;
    new Encryption(this, 'encryption', {
      bucket: this.name,
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    });
    const block = new S3BucketPublicAccessBlock(this, 'public-access', {
      bucket: this.name,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    this.allow(tlsOnly(this.arn));
    new S3BucketPolicy(this, 'policy', {
      bucket: this.name,
      policy: Lazy.stringValue({ produce: () => policyDocument(...this.#statements) }),
      // S3 answers 409 if two such settings of one bucket meet.
      dependsOn: [block],
    });
    if (expiryDays !== null)
      new S3BucketLifecycleConfiguration(this, 'lifecycle', expiry(this.name, expiryDays));
    if (isReadByPages) new S3BucketCorsConfiguration(this, 'cors', { bucket: this.name, corsRule: [PAGES] });
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
const PAGES = {
  allowedOrigins: ['*'],
  allowedMethods: ['GET', 'HEAD'],
  allowedHeaders: ['*'],
  exposeHeaders: ['Accept-Ranges', 'Content-Length', 'Content-Range', 'ETag'],
  maxAgeSeconds: 86_400,
};

/** Returns whether pages read a bucket to which the function redirects for what one response cannot carry. */
export function isReadByPages({ environment }: Pick<Options, 'environment'>): boolean {
  return Boolean(environment.ALLOWED_ORIGINS);
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

function expiry(bucket: string, days: number) {
  return {
    bucket,
    rule: [
      {
        id: 'expire',
        status: 'Enabled',
        filter: [{ prefix: '' }],
        expiration: [{ days }],
        // Parts of an upload that an instance did not finish are billed and invisible.
        abortIncompleteMultipartUpload: [{ daysAfterInitiation: 1 }],
      },
    ],
  };
}
