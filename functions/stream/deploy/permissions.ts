import type { Statement } from '../../../infra/policy.ts';

export type Resources = {
  readonly mediaBucketArn: string;
  /** Null where nothing is kept. */
  readonly derivedBucketArn: string | null;
  readonly logGroupArn: string;
  /** Null where addresses are not signed. */
  readonly keysParameterArn: string | null;
};

/** What the function may do, and beside it only what `workerPermissions` allow where something is kept. */
export function functionPermissions(resources: Resources): Statement[] {
  const { mediaBucketArn, derivedBucketArn, logGroupArn, keysParameterArn } = resources;
  // Without s3:ListBucket, S3 answers for an object that is not there with 403 instead of 404.
  return [
    allow('ListMedia', ['s3:ListBucket'], mediaBucketArn),
    allow('ReadMedia', ['s3:GetObject'], `${mediaBucketArn}/*`),
    ...(derivedBucketArn === null ? [] : derivedPermissions(derivedBucketArn)),
    // The group is made by the stack, with its retention. The streams in it are named by Lambda.
    allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], `${logGroupArn}:*`),
    ...(keysParameterArn === null ? [] : [allow('ReadSigningKeys', ['ssm:GetParameter'], keysParameterArn)]),
  ];
}

/** To begin, fill and complete an upload s3:PutObject is enough. */
function derivedPermissions(bucketArn: string): Statement[] {
  return [
    allow('ListDerived', ['s3:ListBucket'], bucketArn),
    allow('KeepDerived', ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'], `${bucketArn}/*`),
    // What an export has put together is not needed in parts any more.
    allow('RemoveParts', ['s3:DeleteObject'], `${bucketArn}/parts/*`),
  ];
}

/** An export is made by further invocations of the function itself: no other function. */
export function workerPermissions(functionArn: string): Statement[] {
  return [allow('SendWork', ['lambda:InvokeFunction'], functionArn)];
}

function allow(Sid: string, Action: readonly string[], Resource: string): Statement {
  return { Sid, Effect: 'Allow', Action, Resource };
}
