import type { Construct } from 'constructs';
import { Existing } from './aws/resource.ts';
import type { Options } from './options.ts';
import type { Statement } from './policy.ts';
import { isReadByPages, isWrittenByPages, PrivateBucket } from './private-bucket.ts';

/** The bucket with the media. The policy of an existing bucket belongs to its owner. */
export type MediaBucket =
  | { readonly kind: 'created'; readonly bucket: PrivateBucket }
  | { readonly kind: 'existing'; readonly bucket: Pick<PrivateBucket, 'name' | 'arn' | 'domainName'> };

/** Creates the bucket, or looks up the one that is named; Terraform stops if it is in another region. */
export function mediaBucket(
  scope: Construct,
  options: Pick<Options, 'name' | 'region' | 'mediaBucket' | 'environment' | 'unfinishedUploadDays'>,
  kmsKeyArn: string | null,
): MediaBucket {
  const { name, region, mediaBucket } = options;
  if (mediaBucket === null) {
    const bucket = new PrivateBucket(scope, 'media', {
      namePrefix: `${name}-media-`,
      disposable: false,
      expiryDays: null,
      unfinishedUploadDays: options.unfinishedUploadDays,
      kmsKeyArn,
      isReadByPages: isReadByPages(options),
      isWrittenByPages: isWrittenByPages(options),
    });
    return { kind: 'created', bucket };
  }
  const found = new Existing(
    scope,
    'media',
    'aws_s3_bucket',
    {
      bucket: mediaBucket,
    },
    {
      lifecycle: {
        postcondition: [
          {
            // Since version 6 its `region` is the provider's own.
            condition: `\${self.bucket_region == "${region}"}`,
            errorMessage: `The bucket of the option mediaBucket must lie in ${region}, as the option region says.`,
          },
        ],
      },
    },
  );
  return {
    kind: 'existing',
    bucket: {
      name: found.get('bucket'),
      arn: found.get('arn'),
      domainName: found.get('bucket_regional_domain_name'),
    },
  };
}

/** Lets one CloudFront distribution read the objects of a bucket. */
export function readableThrough(distributionArn: string, bucketArn: string): Statement {
  return {
    Sid: 'ReadThroughCloudFront',
    Effect: 'Allow',
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Action: 's3:GetObject',
    Resource: `${bucketArn}/*`,
    Condition: { StringEquals: { 'AWS:SourceArn': distributionArn } },
  };
}
