import { CloudwatchLogGroup } from '@cdktn/provider-aws/lib/cloudwatch-log-group/index.js';
import { DataAwsCallerIdentity } from '@cdktn/provider-aws/lib/data-aws-caller-identity/index.js';
import { IamRole } from '@cdktn/provider-aws/lib/iam-role/index.js';
import { IamRolePolicy } from '@cdktn/provider-aws/lib/iam-role-policy/index.js';
import { LambdaFunction } from '@cdktn/provider-aws/lib/lambda-function/index.js';
import { LambdaFunctionEventInvokeConfig } from '@cdktn/provider-aws/lib/lambda-function-event-invoke-config/index.js';
import { LambdaFunctionUrl } from '@cdktn/provider-aws/lib/lambda-function-url/index.js';
import { LambdaPermission } from '@cdktn/provider-aws/lib/lambda-permission/index.js';
import { Fn } from 'cdktn';
import { Construct } from 'constructs';
import { keysParameterOf, type Options } from '../../../infra/options.ts';
import { policyDocument } from '../../../infra/policy.ts';
import type { UploadedZip } from '../../../infra/uploaded-zip.ts';
import { EVENT_AGE_SECONDS } from '../export/job/work-event.ts';
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
};

/** The function, its role and log group, and its streaming URL. */
export class StreamFunction extends Construct {
  readonly name: string;
  /** Without a trailing slash. */
  readonly url: string;
  readonly #urlAuthorization: 'NONE' | 'AWS_IAM';

  constructor(scope: Construct, id: string, parts: StreamFunctionOptions) {
    super(scope, id);
    const { options, code, handler, layerArn, media, derived } = parts;
    const { name, access } = options;

    const logs = new CloudwatchLogGroup(this, 'logs', {
      name: `/aws/lambda/${name}`,
      retentionInDays: options.logRetentionDays,
    });
    const role = new IamRole(this, 'role', {
      // Roles belong to the whole account, and the same name may be deployed in two regions.
      name: `${name}-${options.region}`,
      assumeRolePolicy: trustLambda,
    });
    const permissions = new IamRolePolicy(this, 'permissions', {
      name: 'stream',
      role: role.name,
      policy: policyDocument(
        ...functionPermissions({
          mediaBucketArn: media.arn,
          derivedBucketArn: derived?.arn ?? null,
          logGroupArn: logs.arn,
          keysParameterArn: this.#findKeysParameter(options),
        }),
      ),
    });
    const lambda = new LambdaFunction(this, 'function', {
      functionName: name,
      description: 'Streams audio and video out of S3',
      runtime: options.runtime,
      architectures: [options.architecture],
      handler,
      s3Bucket: code.bucket,
      s3Key: code.key,
      sourceCodeHash: code.sha256Base64,
      layers: [layerArn],
      role: role.arn,
      memorySize: options.memoryMegabytes,
      timeout: options.timeoutSeconds,
      // Nothing is written there: output is streamed as it is produced.
      ephemeralStorage: { size: 512 },
      ...(options.reservedConcurrency === null
        ? {}
        : { reservedConcurrentExecutions: options.reservedConcurrency }),
      environment: { variables: environmentOf(options, media, derived) },
      loggingConfig: { logFormat: 'JSON', applicationLogLevel: options.logLevel, logGroup: logs.name },
      // So that the very first request may read and log.
      dependsOn: [permissions],
    });
    this.name = lambda.functionName;
    if (derived !== null) this.#allowExports(role, lambda.arn);
    this.#urlAuthorization = access.kind === 'callers' || access.kind === 'cdn' ? 'AWS_IAM' : 'NONE';
    // No CORS here: the function answers it itself, and both would send each header twice.
    const url = new LambdaFunctionUrl(this, 'url', {
      functionName: this.name,
      authorizationType: this.#urlAuthorization,
      invokeMode: 'RESPONSE_STREAM',
    });
    this.url = Fn.trimsuffix(url.functionUrl, '/');
    // The provider grants the same by itself, but only when it creates an open URL, and never revokes it.
    if (this.#urlAuthorization === 'NONE') this.allowCalls('everybody', { principal: '*' });
  }

  /**
   * Grants both permissions that a call through the URL has needed since October 2025, and no other way to
   * call it.
   */
  allowCalls(id: string, caller: { readonly principal: string; readonly sourceArn?: string }): void {
    const permission = { ...caller, functionName: this.name };
    new LambdaPermission(this, `${id}-url`, {
      ...permission,
      action: 'lambda:InvokeFunctionUrl',
      functionUrlAuthType: this.#urlAuthorization,
    });
    new LambdaPermission(this, `${id}-function`, {
      ...permission,
      action: 'lambda:InvokeFunction',
      invokedViaFunctionUrl: true,
    });
  }

  #allowExports(role: IamRole, functionArn: string): void {
    new IamRolePolicy(this, 'workers', {
      name: 'workers',
      role: role.name,
      policy: policyDocument(...workerPermissions(functionArn)),
    });
    new LambdaFunctionEventInvokeConfig(this, 'events', {
      functionName: this.name,
      // The client that follows an export sees that its worker is lost and sends another.
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: EVENT_AGE_SECONDS,
    });
  }

  #findKeysParameter({ access, region }: Options): string | null {
    const parameter = keysParameterOf(access);
    if (parameter === null) return null;
    const { accountId } = new DataAwsCallerIdentity(this, 'account');
    return `arn:aws:ssm:${region}:${accountId}:parameter${parameter}`;
  }
}

const trustLambda = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

function environmentOf(options: Options, media: Bucket, derived: Bucket | null): Record<string, string> {
  const { access, environment, logLevel } = options;
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
    // Nobody else gets through the URL then.
    ...(access.kind === 'cdn' && keysParameter !== null ? { EDGE_TOKENS: '1' } : {}),
  };
}

/** Escapes the text for Terraform, which would interpret `${` and `%{`. */
function literal(text: string): string {
  return text.replace(/[$%](?=\{)/g, '$&$&');
}
