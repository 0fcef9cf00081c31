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
    // What an export has put together is not needed in parts any more.
    allow('RemoveParts', ['s3:DeleteObject'], `${derivedBucketArn}/parts/*`),
    // The group is made by the stack, with its retention. The streams in it are named by Lambda.
    allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], `${logGroupArn}:*`),
    ...(keysParameterArn === null ? [] : [allow('ReadSigningKeys', ['ssm:GetParameter'], keysParameterArn)]),
  ];
}

/** An export is made by further invocations of the function itself. */
export function workerPermissions(functionArn: string): Statement[] {
  return [allow('SendWork', ['lambda:InvokeFunction'], functionArn)];
}

function allow(Sid: string, Action: readonly string[], Resource: string): Statement {
  return { Sid, Effect: 'Allow', Action, Resource };
}
