import { S3Backend, TerraformOutput, TerraformStack } from 'cdktn';
import type { Construct } from 'constructs';
import { StreamFunction } from '../functions/stream/deploy/infra.ts';
import type { FunctionZip } from '../functions/stream/deploy/package.ts';
import type { BuiltLayer } from '../layers/ffmpeg/build.ts';
import { FfmpegLayer } from '../layers/ffmpeg/infra.ts';
import { AccessLogs } from './access-logs.ts';
import { Alarms } from './alarms.ts';
import { AwsProvider } from './aws/provider.ts';
import { Resource } from './aws/resource.ts';
import { Cdn } from './cdn.ts';
import { CustomDomain } from './custom-domain.ts';
import { dashboardOf } from './dashboard.ts';
import { EncryptionKey } from './encryption-key.ts';
import { type MediaBucket, mediaBucket, readableThrough } from './media-bucket.ts';
import { keysParameterOf, type Options } from './options.ts';
import { describeUse } from './outputs.ts';
import { isReadByPages, PrivateBucket } from './private-bucket.ts';
import { stackId } from './stack-id.ts';
import { UploadedZip } from './uploaded-zip.ts';

export type Zips = { readonly layer: BuiltLayer; readonly code: FunctionZip };

/** Everything that one deployment consists of. */
export class SluiceStack extends TerraformStack {
  constructor(scope: Construct, options: Options, zips: Zips) {
    super(scope, stackId(options));
    const { name, region, architecture, runtime } = options;
    this.#useProvider(options);

    const encryption =
      options.kmsKey === null
        ? null
        : new EncryptionKey(this, 'encryption', { ...options, kmsKey: options.kmsKey });
    const kmsKeyArn = encryption?.arn ?? null;
    const media = mediaBucket(this, options, kmsKeyArn);
    const derived = options.keepDerived
      ? new PrivateBucket(this, 'derived', {
          namePrefix: `${name}-derived-`,
          disposable: true,
          expiryDays: options.derivedExpiryDays,
          unfinishedUploadDays: 1,
          kmsKeyArn,
          isReadByPages: isReadByPages(options),
        })
      : null;
    const codeBucket = new PrivateBucket(this, 'code', {
      namePrefix: `${name}-code-`,
      disposable: true,
      expiryDays: null,
      unfinishedUploadDays: 0,
      kmsKeyArn,
    });
    const layer = new FfmpegLayer(this, 'layer', {
      name,
      architecture,
      runtime,
      zip: new UploadedZip(this, 'layers', { bucket: codeBucket.name, zip: zips.layer }),
      unzippedBytes: zips.layer.unzippedBytes,
    });
    const stream = new StreamFunction(this, 'stream', {
      options,
      code: new UploadedZip(this, 'functions', { bucket: codeBucket.name, zip: zips.code }),
      handler: zips.code.handler,
      layerArn: layer.arn,
      media: media.bucket,
      derived,
      kmsKeyArn,
    });
    new Alarms(this, 'alarms', {
      functionName: stream.name,
      timeoutSeconds: options.timeoutSeconds,
      reservedConcurrency: options.reservedConcurrency,
      dailyBudget: Number(options.environment.MAX_GB_SECONDS_PER_DAY ?? 0) || null,
      memoryMegabytes: options.memoryMegabytes,
      topicArn: options.alarmTopicArn,
      lostEventsQueue: stream.lostEvents?.name ?? null,
    });
    if (options.metrics) {
      const functionName = options.name;
      new Resource(this, 'dashboard', 'aws_cloudwatch_dashboard', {
        dashboard_name: stackId(options),
        dashboard_body: JSON.stringify(
          dashboardOf({ functionName, region, logGroup: `/aws/lambda/${functionName}` }),
        ),
      });
    }

    const url = options.access.kind === 'cdn' ? this.#putBehindCdn(stream, media, options) : stream.url;
    const outputs = describeUse({ url, access: options.access, region, mediaBucket: media.bucket.name });
    for (const [id, value] of Object.entries({
      ...outputs,
      ...(derived === null ? {} : { derived_bucket: derived.name }),
      code_bucket: codeBucket.name,
      ...(encryption?.toBeAdded ? { add_to_key_policy: encryption.toBeAdded } : {}),
    })) {
      new TerraformOutput(this, id, { value });
    }
  }

  #useProvider(options: Options): void {
    const { region, providerVersion, stateBucket } = options;
    new AwsProvider(this, 'aws', {
      region,
      version: providerVersion,
      tags: tagsOf(options),
    });
    // The first version that locks a state in S3 by itself.
    this.addOverride('terraform.required_version', '>= 1.10.0');
    if (stateBucket === null) return;
    new S3Backend(this, {
      bucket: stateBucket,
      key: `${stackId(options)}.tfstate`,
      region,
      encrypt: true,
      useLockfile: true,
    });
  }

  #putBehindCdn(stream: StreamFunction, media: MediaBucket, options: Options): string {
    const cdn = new Cdn(this, 'cdn', {
      // CloudFront has no regions: its names are unique in the whole account.
      name: stackId(options),
      functionUrl: stream.url,
      bucketDomainName: media.bucket.domainName,
      allowedOrigins: options.environment.ALLOWED_ORIGINS,
      keysParameter: keysParameterOf(options.access),
      isEncrypted: options.encryption !== null,
      playlistSeconds: options.playlistSeconds,
      domain: this.#customDomain(options),
      accessLogs: this.#accessLogs(options),
      hstsSeconds: options.hstsSeconds,
      priceClass: options.priceClass,
      webAclArn: options.webAclArn,
      allowCountries: options.allowCountries,
      blockCountries: options.blockCountries,
    });
    new TerraformOutput(this, 'distribution_id', { value: cdn.id });
    stream.allowCalls('cdn', { principal: 'cloudfront.amazonaws.com', source_arn: cdn.arn });
    // Films that are sent encrypted come from the function alone.
    if (options.encryption !== null) return cdn.url;
    const statement = readableThrough(cdn.arn, media.bucket.arn);
    if (media.kind === 'created') media.bucket.allow(statement);
    else new TerraformOutput(this, 'add_to_media_bucket_policy', { value: JSON.stringify(statement) });
    return cdn.url;
  }

  #customDomain(options: Options): CustomDomain | null {
    const { domain, hostedZone, certificateArn, providerVersion } = options;
    if (domain === null) return null;
    const provider = new AwsProvider(this, 'aws-us-east-1', {
      region: 'us-east-1',
      version: providerVersion,
      tags: tagsOf(options),
      alias: 'us-east-1',
    });
    return new CustomDomain(this, 'domain', { domain, hostedZone, certificateArn, provider });
  }

  #accessLogs({ accessLogs, name, logRetentionDays }: Options): AccessLogs | null {
    return accessLogs ? new AccessLogs(this, 'access-logs', { name, expiryDays: logRetentionDays }) : null;
  }
}

function tagsOf({ name, tags }: Options): Readonly<Record<string, string>> {
  return { ...tags, project: 'sluice', deployment: name };
}
