import { parseArgs } from 'node:util';
import {
  CloudFrontClient,
  CreateInvalidationCommand,
  paginateListDistributions,
} from '@aws-sdk/client-cloudfront';
import { DeleteObjectsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { keyHash } from '../functions/stream/plan/tag.ts';
import { createS3Client } from '../functions/stream/source/s3.ts';
import { stackId } from '../infra/stack-id.ts';
import { cachedPaths } from './cached-paths.ts';
import {
  DEPLOYMENT_OPTIONS,
  DEPLOYMENT_USAGE,
  type Deployment,
  deploymentOf,
  findFunction,
} from './deployment.ts';

export const PURGE_USAGE = `Usage: npx sluice purge KEY [options]

Removes what was produced of an object, and what CloudFront has cached of it. The object itself stays.

  KEY               the object's key
  --distribution ID CloudFront's, if you may not list them (the output distribution_id)
${DEPLOYMENT_USAGE}`;

/** Where names in the derived store begin with the hash of a key. */
const KINDS = ['made', 'addresses', 'findings', 'exports', 'parts'] as const;

/** Removes and tells what was removed. Throws an Error with one sentence. */
export async function purge(args: readonly string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...DEPLOYMENT_OPTIONS,
      distribution: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return PURGE_USAGE;
  const [key, ...others] = positionals;
  if (key === undefined || others.length > 0)
    throw new Error('Give one KEY; npx sluice purge --help explains it.');
  const deployment = deploymentOf(values);
  const { environment } = await findFunction(deployment);
  const removed = await removeDerived(environment.DERIVED_BUCKET, key, deployment);
  const invalidated = await invalidate(deployment, key, values.distribution ?? null);
  return `${removed}\n${invalidated}\n`;
}

async function removeDerived(
  bucket: string | undefined,
  key: string,
  { region }: Deployment,
): Promise<string> {
  if (bucket === undefined) return 'There is no derived bucket.';
  const client = createS3Client({ ...process.env, AWS_REGION: region });
  try {
    let count = 0;
    for (const kind of KINDS) count += await removeAll(client, bucket, `${kind}/${keyHash(key)}`);
    return `${count} objects were removed from ${bucket}.`;
  } finally {
    client.destroy();
  }
}

async function removeAll(client: S3Client, Bucket: string, Prefix: string): Promise<number> {
  let count = 0;
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
    const Objects = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
    if (Objects.length === 0) continue;
    const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    const [first] = Errors;
    if (first !== undefined) throw new Error(`${first.Key} could not be removed: ${first.Code}.`);
    count += Objects.length;
  }
  return count;
}

async function invalidate(deployment: Deployment, key: string, given: string | null): Promise<string> {
  const client = new CloudFrontClient({ region: deployment.region });
  try {
    const id = given ?? (await findDistribution(client, stackId(deployment)));
    if (id === null) return 'There is no CloudFront of this deployment.';
    const paths = cachedPaths(key);
    await client.send(
      new CreateInvalidationCommand({
        DistributionId: id,
        InvalidationBatch: {
          CallerReference: `sluice-purge-${Date.now()}`,
          Paths: { Quantity: paths.length, Items: [...paths] },
        },
      }),
    );
    return `CloudFront ${id} forgets it within minutes; browsers keep what they were told to keep.`;
  } finally {
    client.destroy();
  }
}

async function findDistribution(client: CloudFrontClient, comment: string): Promise<string | null> {
  for await (const { DistributionList } of paginateListDistributions({ client }, {})) {
    const found = DistributionList?.Items?.find(({ Comment }) => Comment === comment);
    if (found?.Id !== undefined) return found.Id;
  }
  return null;
}
