import { LambdaLayerVersion } from '@cdktn/provider-aws/lib/lambda-layer-version/index.js';
import { Construct } from 'constructs';
import { requireUnzippedFits } from '../../deployment/unzipped-limit.ts';
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
    const version = new LambdaLayerVersion(this, 'version', {
      layerName: `${name}-ffmpeg`,
      s3Bucket: zip.bucket,
      s3Key: zip.key,
      sourceCodeHash: zip.sha256Base64,
      compatibleArchitectures: [architecture],
      compatibleRuntimes: [runtime],
      // The function moves to the new version before the old one is removed.
      lifecycle: { createBeforeDestroy: true },
    });
    this.arn = version.arn;
  }
}
