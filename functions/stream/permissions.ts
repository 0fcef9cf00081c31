import type { Statement } from '../../infra/policy.ts';

export type Resources = {
  readonly mediaBucketArn: string;
  readonly derivedBucketArn: string;
  readonly logGroupArn: string;
  /** Null where addresses are not signed. */
  readonly keysParameterArn: string | null;
};

/** All that the function may do. */
export function functionPermissions(resources: Resources): Statement[] {
  const { mediaBucketArn, derivedBucketArn, logGroupArn, keysParameterArn } = resources;
  // Without s3:ListBucket, S3 answers for an object that is not there with 403 instead of 404.
  return [
    allow('ListMedia', ['s3:ListBucket'], mediaBucketArn),
    allow('ReadMedia', ['s3:GetObject'], `${mediaBucketArn}/*`),
    allow('ListDerived', ['s3:ListBucket'], derivedBucketArn),
    allow(
      'KeepDerived',
      ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
      `${derivedBucketArn}/*`,
    ),
    // The group is made by the stack, with its retention. The streams in it are named by Lambda.
    allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], `${logGroupArn}:*`),
    ...(keysParameterArn === null ? [] : [allow('ReadSigningKeys', ['ssm:GetParameter'], keysParameterArn)]),
  ];
}

function allow(Sid: string, Action: readonly string[], Resource: string): Statement {
  return { Sid, Effect: 'Allow', Action, Resource };
}
