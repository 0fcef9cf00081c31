import { Construct } from 'constructs';
import { requireUnzippedFits } from '../../deployment/unzipped-limit.ts';
import { Resource } from '../../infra/aws/resource.ts';
import type { UploadedZip } from '../../infra/uploaded-zip.ts';
import type { Architecture } from './architecture.ts';

export type FfmpegLayerOptions = {
  readonly name: string;
  readonly architecture: Architecture;
  readonly runtime: string;
  readonly zip: UploadedZip;
  readonly unzippedBytes: number;
};

/** ffmpeg and ffprobe at /opt/bin of the function. */
export class FfmpegLayer extends Construct {
  /** With the version. */
  readonly arn: string;

  constructor(scope: Construct, id: string, options: FfmpegLayerOptions) {
    super(scope, id);
    const { name, architecture, runtime, zip, unzippedBytes } = options;
    requireUnzippedFits('layer', unzippedBytes);
    const version = new Resource(
      this,
      'version',
      'aws_lambda_layer_version',
      {
        layer_name: `${name}-ffmpeg`,
        s3_bucket: zip.bucket,
        s3_key: zip.key,
        source_code_hash: zip.sha256Base64,
        compatible_architectures: [architecture],
        compatible_runtimes: [runtime],
      },
      {
        // The function moves to the new version before the old one is removed.
        lifecycle: { createBeforeDestroy: true },
      },
    );
    this.arn = version.get('arn');
  }
}
