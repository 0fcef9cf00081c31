import { Fn } from 'cdktn';
import { Construct } from 'constructs';
import { Existing, Resource } from '../../../infra/aws/resource.ts';
import { literal } from '../../../infra/literal.ts';
import { keysParameterOf, type Options } from '../../../infra/options.ts';
import { policyDocument } from '../../../infra/policy.ts';
import type { UploadedZip } from '../../../infra/uploaded-zip.ts';
import { uploadsOf } from '../config/config.ts';
import { readSettings } from '../config/read-settings.ts';
import { EVENT_AGE_SECONDS } from '../export/job/work-event.ts';
import { LIVE, LiveAlias } from './live-alias.ts';
import { LostEvents } from './lost-events.ts';
import { functionPermissions, workerPermissions } from './permissions.ts';

type Bucket = { readonly name: string; readonly arn: string };

export type StreamFunctionOptions = {
  readonly options: Options;
  readonly code: UploadedZip;
  /** The handler as Lambda's configuration names it. */
  readonly handler: string;
  readonly layerArn: string;
  readonly media: Bucket;
  /** Null if there is no derived store. */
  readonly derived: Bucket | null;
  /** Null if AWS's own keys encrypt. */
  readonly kmsKeyArn: string | null;
};

/** The function, its role and log group, and its streaming URL. */
export class StreamFunction extends Construct {
  readonly name: string;
  /** Without a trailing slash. */
  readonly url: string;
  /** The queue of lost work; null if there is none. */
  readonly lostEvents: LostEvents | null;
  /** What is called: an alias, if there are versions. */
  readonly #called: { readonly function_name: string; readonly qualifier?: string };
  readonly #urlAuthorization: 'NONE' | 'AWS_IAM';

  constructor(scope: Construct, id: string, parts: StreamFunctionOptions) {
    super(scope, id);
    const { options, code, handler, layerArn, media, derived, kmsKeyArn } = parts;
    const { name, access } = options;

    const logs = new Resource(this, 'logs', 'aws_cloudwatch_log_group', {
      name: `/aws/lambda/${name}`,
      retention_in_days: options.logRetentionDays,
      ...(kmsKeyArn === null ? {} : { kms_key_id: kmsKeyArn }),
    });
    const role = new Resource(this, 'role', 'aws_iam_role', {
      // Roles belong to the whole account, and the same name may be deployed in two regions.
      name: `${name}-${options.region}`,
      assume_role_policy: trustLambda,
    });
    this.lostEvents = options.keepLostEvents ? new LostEvents(this, 'lost', { name, kmsKeyArn }) : null;
    const permissions = new Resource(this, 'permissions', 'aws_iam_role_policy', {
      name: 'stream',
      role: role.get('name'),
      policy: policyDocument(
        ...functionPermissions({
          mediaBucketArn: media.arn,
          uploadPrefix: uploadsOf(readSettings(options.environment))?.prefix ?? null,
          derivedBucketArn: derived?.arn ?? null,
          logGroupArn: logs.get('arn'),
          ...this.#findParameters(options),
          kmsKeyArn,
          lostEventsArn: this.lostEvents?.arn ?? null,
          isTraced: options.xray,
        }),
      ),
    });
    const lambda = new Resource(
      this,
      'function',
      'aws_lambda_function',
      {
        function_name: name,
        description: 'Streams audio and video out of S3',
        runtime: options.runtime,
        architectures: [options.architecture],
        handler,
        s3_bucket: code.bucket,
        s3_key: code.key,
        source_code_hash: code.sha256Base64,
        layers: [layerArn],
        role: role.get('arn'),
        memory_size: options.memoryMegabytes,
        timeout: options.timeoutSeconds,
        // Nothing is written there: output is streamed as it is produced.
        ephemeral_storage: { size: 512 },
        ...(options.reservedConcurrency === null
          ? {}
          : { reserved_concurrent_executions: options.reservedConcurrency }),
        environment: { variables: environmentOf(options, media, derived) },
        ...(kmsKeyArn === null ? {} : { kms_key_arn: kmsKeyArn }),
        ...(options.versions ? { publish: true } : {}),
        // Without it, the provider would leave on what was on.
        tracing_config: { mode: options.xray ? 'Active' : 'PassThrough' },
        logging_config: {
          log_format: 'JSON',
          application_log_level: options.logLevel,
          log_group: logs.get('name'),
        },
      },
      {
        // So that the very first request may read and log.
        dependsOn: [permissions],
      },
    );
    this.name = lambda.get('function_name');
    this.#called = { function_name: this.name, ...this.#liveAlias(lambda.get('version'), options) };
    if (derived !== null) this.#allowExports(role.get('name'), lambda.get('arn'), options.versions);
    this.#urlAuthorization = access.kind === 'callers' || access.kind === 'cdn' ? 'AWS_IAM' : 'NONE';
    // No CORS here: the function answers it itself, and both would send each header twice.
    const url = new Resource(this, 'url', 'aws_lambda_function_url', {
      ...this.#called,
      authorization_type: this.#urlAuthorization,
      invoke_mode: 'RESPONSE_STREAM',
    });
    this.url = Fn.trimsuffix(url.get('function_url'), '/');
    // The provider grants the same by itself, but only when it creates an open URL, and never revokes it.
    if (this.#urlAuthorization === 'NONE') this.allowCalls('everybody', { principal: '*' });
  }

  /**
   * Grants both permissions that a call through the URL has needed since October 2025, and no other way to
   * call it.
   */
  allowCalls(id: string, caller: { readonly principal: string; readonly source_arn?: string }): void {
    const permission = { ...caller, ...this.#called };
    new Resource(this, `${id}-url`, 'aws_lambda_permission', {
      ...permission,
      action: 'lambda:InvokeFunctionUrl',
      function_url_auth_type: this.#urlAuthorization,
    });
    new Resource(this, `${id}-function`, 'aws_lambda_permission', {
      ...permission,
      action: 'lambda:InvokeFunction',
      invoked_via_function_url: true,
    });
  }

  #liveAlias(version: string, options: Options): { readonly qualifier?: string } {
    if (!options.versions) return {};
    const live = { functionName: this.name, version, ready: options.provisionedConcurrency };
    return { qualifier: new LiveAlias(this, 'live', live).name };
  }

  #allowExports(role: string, functionArn: string, hasVersions: boolean): void {
    new Resource(this, 'workers', 'aws_iam_role_policy', {
      name: 'workers',
      role,
      policy: policyDocument(...workerPermissions(hasVersions ? `${functionArn}:${LIVE}` : functionArn)),
    });
    new Resource(this, 'events', 'aws_lambda_function_event_invoke_config', {
      ...this.#called,
      // The client that follows an export sees that its worker is lost and sends another.
      maximum_retry_attempts: 0,
      maximum_event_age_in_seconds: EVENT_AGE_SECONDS,
      ...(this.lostEvents === null
        ? {}
        : { destination_config: { on_failure: { destination: this.lostEvents.arn } } }),
    });
  }

  #findParameters({ access, encryption, region }: Options) {
    const parameter = keysParameterOf(access);
    if (parameter === null) return { keysParameterArn: null, secretsParameterArn: null };
    const accountId = new Existing(this, 'account', 'aws_caller_identity', {}).get('account_id');
    const arnOf = (name: string) => `arn:aws:ssm:${region}:${accountId}:parameter${name}`;
    const secretsParameterArn = encryption && arnOf(encryption.secretsParameter);
    return { keysParameterArn: arnOf(parameter), secretsParameterArn };
  }
}

const trustLambda = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

function environmentOf(options: Options, media: Bucket, derived: Bucket | null): Record<string, string> {
  const { access, encryption, environment, logLevel } = options;
  const keysParameter = keysParameterOf(access);
  return {
    // Its callers have credentials, which is for the URL to check.
    ...(access.kind === 'callers' ? { PUBLIC_EXPORTS: '1' } : {}),
    ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, literal(value)])),
    MEDIA_BUCKET: media.name,
    ...(derived === null ? {} : { DERIVED_BUCKET: derived.name }),
    POWERTOOLS_LOG_LEVEL: logLevel,
    // If the URL checks its callers itself, the function accepts all who pass. CloudFront's check does not
    // replace the function's own.
    ...(keysParameter === null ? { PUBLIC: '1' } : { SIGNING_KEYS_PARAMETER: keysParameter }),
    ...(encryption === null
      ? {}
      : { ENCRYPTION: encryption.scheme, ENCRYPTION_SECRETS_PARAMETER: encryption.secretsParameter }),
    ...(options.metrics ? { METRICS: '1' } : {}),
    ...(options.versions ? { FUNCTION_ALIAS: LIVE } : {}),
    // Nobody else gets through the URL then.
    ...(access.kind === 'cdn' ? { BEHIND_CDN: '1' } : {}),
    ...(options.playlistSeconds > 0 ? { PLAYLIST_SECONDS: String(options.playlistSeconds) } : {}),
  };
}
