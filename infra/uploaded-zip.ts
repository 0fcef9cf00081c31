import { AssetType, TerraformAsset } from 'cdktn';
import { Construct } from 'constructs';
import { Resource } from './aws/resource.ts';

/** A zip in the code bucket, under a key that contains its hash: other bytes are another object. */
export class UploadedZip extends Construct {
  readonly bucket: string;
  readonly key: string;
  /** As Lambda reports it: CodeSha256. */
  readonly sha256Base64: string;

  constructor(
    scope: Construct,
    id: string,
    { bucket, zip }: { bucket: string; zip: { readonly zipPath: string; readonly sha256Base64: string } },
  ) {
    super(scope, id);
    this.bucket = bucket;
    this.sha256Base64 = zip.sha256Base64;
    const asset = new TerraformAsset(this, 'asset', { path: zip.zipPath, type: AssetType.FILE });
    const hash = Buffer.from(zip.sha256Base64, 'base64').toString('hex');
    const object = new Resource(this, 'object', 'aws_s3_object', {
      bucket,
      key: `${id}/${hash}.zip`,
      source: asset.path,
      // S3 takes ten tags of an object.
      override_provider: { default_tags: { tags: {} } },
    });
    this.key = object.get('key');
  }
}
