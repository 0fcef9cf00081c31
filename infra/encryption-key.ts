import { Construct } from 'constructs';
import { Existing, Resource } from './aws/resource.ts';
import type { Options } from './options.ts';
import { policyDocument, type Statement } from './policy.ts';

type KeyOptions = Pick<Options, 'name' | 'region' | 'access'> & {
  /** `create`, or the ARN of an existing key, whose policy is left alone. */
  readonly kmsKey: string;
};

/** The KMS key of a deployment. */
export class EncryptionKey extends Construct {
  readonly arn: string;
  /** What the policy of an existing key must say as JSON; null if the stack has created the key. */
  readonly toBeAdded: string | null;

  constructor(scope: Construct, id: string, options: KeyOptions) {
    super(scope, id);
    const account = new Existing(this, 'account', 'aws_caller_identity', {}).get('account_id');
    const services = serviceStatements(options, account);
    if (options.kmsKey !== 'create') {
      this.arn = options.kmsKey;
      this.toBeAdded = JSON.stringify(services);
      return;
    }
    const key = new Resource(this, 'key', 'aws_kms_key', {
      description: `Media and outputs of ${options.name}`,
      enable_key_rotation: true,
      // Without the first statement nobody could change the key again (KMS, "Default key policy").
      policy: policyDocument(ownedBy(account), ...services),
    });
    this.arn = key.get('arn');
    this.toBeAdded = null;
  }
}

function ownedBy(account: string): Statement {
  return {
    Sid: 'Account',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
}

/** The services that act for nobody's role: they are permitted by the key alone. */
function serviceStatements({ name, region, access }: KeyOptions, account: string): readonly Statement[] {
  const logs: Statement = {
    Sid: 'Logs',
    Effect: 'Allow',
    Principal: { Service: `logs.${region}.amazonaws.com` },
    Action: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
    Resource: '*',
    Condition: {
      ArnEquals: {
        'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${region}:${account}:log-group:/aws/lambda/${name}`,
      },
    },
  };
  const cloudFront: Statement = {
    Sid: 'CloudFront',
    Effect: 'Allow',
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Action: 'kms:Decrypt',
    Resource: '*',
    // Not the one distribution, which depends on the bucket, and with it on this key.
    Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:cloudfront::${account}:distribution/*` } },
  };
  return access.kind === 'cdn' ? [logs, cloudFront] : [logs];
}
