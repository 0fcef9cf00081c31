import type { ITerraformDependable } from 'cdktn';
import { Construct } from 'constructs';
import { Resource } from './aws/resource.ts';
import { PrivateBucket } from './private-bucket.ts';

/** The bucket into which CloudFront writes what was requested, and by whom. */
export class AccessLogs extends Construct {
  /** Of the distribution. */
  readonly config: { readonly bucket: string; readonly prefix: string; readonly include_cookies: false };
  /** CloudFront refuses the bucket until this is there. */
  readonly ready: ITerraformDependable;

  constructor(
    scope: Construct,
    id: string,
    { name, expiryDays }: { readonly name: string; readonly expiryDays: number },
  ) {
    super(scope, id);
    // CloudFront delivers to no bucket whose key is one of KMS, unless it is permitted there as well.
    const bucket = new PrivateBucket(this, 'logs', {
      namePrefix: `${name}-logs-`,
      disposable: true,
      expiryDays,
      unfinishedUploadDays: 1,
      kmsKeyArn: null,
    });
    this.config = { bucket: bucket.globalDomainName, prefix: 'cdn/', include_cookies: false };
    // It delivers as another account, by an ACL (CloudFront, "Configure standard logging (legacy)").
    this.ready = new Resource(
      this,
      'ownership',
      'aws_s3_bucket_ownership_controls',
      { bucket: bucket.name, rule: { object_ownership: 'BucketOwnerPreferred' } },
      { dependsOn: [bucket.closed] },
    );
  }
}
