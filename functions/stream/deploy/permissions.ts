import type { Statement } from '../../../infra/policy.ts';

export type Resources = {
  readonly mediaBucketArn: string;
  /** What every uploaded key begins with; null if nothing is uploaded. */
  readonly uploadPrefix: string | null;
  /** Null if there is no derived store. */
  readonly derivedBucketArn: string | null;
  readonly logGroupArn: string;
  /** Null if addresses are not signed. */
  readonly keysParameterArn: string | null;
  /** Null if segments are not encrypted. */
  readonly secretsParameterArn: string | null;
  /** Null if AWS's own keys encrypt. */
  readonly kmsKeyArn: string | null;
  /** Null if lost work is not stored. */
  readonly lostEventsArn: string | null;
  readonly isTraced: boolean;
};

/** Returns what the function may do; with a derived store, `workerPermissions` come in addition. */
export function functionPermissions(resources: Resources): Statement[] {
  const { mediaBucketArn, uploadPrefix, derivedBucketArn, logGroupArn, keysParameterArn } = resources;
  const { secretsParameterArn, kmsKeyArn, lostEventsArn, isTraced } = resources;
  // Without s3:ListBucket, S3 answers 403 instead of 404 for an object that does not exist.
  return [
    allow('ListMedia', ['s3:ListBucket'], mediaBucketArn),
    allow('ReadMedia', ['s3:GetObject'], `${mediaBucketArn}/*`),
    // A form is signed with the role: nobody can post what it may not put.
    ...(uploadPrefix === null
      ? []
      : [allow('AddUploads', ['s3:PutObject'], `${mediaBucketArn}/${uploadPrefix}*`)]),
    ...(derivedBucketArn === null ? [] : derivedPermissions(derivedBucketArn)),
    // The stack creates the group, with its retention. Lambda names the streams in it.
    allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], `${logGroupArn}:*`),
    ...(keysParameterArn === null ? [] : [allow('ReadSigningKeys', ['ssm:GetParameter'], keysParameterArn)]),
    ...(secretsParameterArn === null
      ? []
      : [allow('ReadEncryptionSecrets', ['ssm:GetParameter'], secretsParameterArn)]),
    ...(kmsKeyArn === null ? [] : [allow('UseKey', ['kms:Decrypt', 'kms:GenerateDataKey'], kmsKeyArn)]),
    ...(lostEventsArn === null ? [] : [allow('SendLostEvents', ['sqs:SendMessage'], lostEventsArn)]),
    // X-Ray has no resources to name (Service Authorization Reference).
    ...(isTraced ? [allow('Trace', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*')] : []),
  ];
}

/** s3:PutObject is enough to begin, fill and complete an upload. */
function derivedPermissions(bucketArn: string): Statement[] {
  return [
    allow('ListDerived', ['s3:ListBucket'], bucketArn),
    allow('KeepDerived', ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'], `${bucketArn}/*`),
    // The parts of a finished export are not needed any more.
    allow('RemoveParts', ['s3:DeleteObject'], `${bucketArn}/parts/*`),
  ];
}

/** Further invocations of the same function produce an export; no other function may be invoked. */
export function workerPermissions(functionArn: string): Statement[] {
  return [allow('SendWork', ['lambda:InvokeFunction'], functionArn)];
}

function allow(Sid: string, Action: readonly string[], Resource: string): Statement {
  return { Sid, Effect: 'Allow', Action, Resource };
}
