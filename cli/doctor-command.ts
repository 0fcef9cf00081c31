import { parseArgs } from 'node:util';
import {
  GetAccountSettingsCommand,
  GetFunctionConfigurationCommand,
  GetFunctionUrlConfigCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { GetBucketCorsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { createS3Client } from '../functions/stream/source/s3.ts';
import { REGION } from '../infra/option-schemas.ts';
import { requireCredentials, requireTerraform } from '../infra/requirements.ts';
import { nameOf, troubleOf } from './aws-trouble.ts';
import { DEPLOYMENT_OPTIONS, DEPLOYMENT_USAGE, type Deployment, deploymentOf } from './deployment.ts';

export const DOCTOR_USAGE = `Usage: npx sluice doctor [options]

Says what is missing for a deployment, or wrong with the one that there is, in a sentence each. Changes nothing.

${DEPLOYMENT_USAGE}`;

type Finding = { readonly verdict: 'ok' | 'note' | 'wrong'; readonly sentence: string };

const ok = (sentence: string): Finding => ({ verdict: 'ok', sentence });
const note = (sentence: string): Finding => ({ verdict: 'note', sentence });
const wrong = (sentence: string): Finding => ({ verdict: 'wrong', sentence });

/** Returns the findings as lines, and whether nothing is wrong. Throws an Error for wrong arguments. */
export async function doctor(
  args: readonly string[],
): Promise<{ readonly text: string; readonly isFine: boolean }> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...DEPLOYMENT_OPTIONS, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return { text: DOCTOR_USAGE, isFine: true };
  const deployment = deploymentOf(values);
  const findings = [
    await checked('Terraform is there.', async () =>
      requireTerraform(process.env.TERRAFORM_BINARY_NAME ?? 'terraform'),
    ),
    regionOf(deployment),
  ];
  const credentials = await checked('AWS credentials are there.', () =>
    requireCredentials(deployment.region),
  );
  findings.push(credentials);
  if (credentials.verdict === 'ok') findings.push(...(await inAws(deployment)));
  const text = findings.map(({ verdict, sentence }) => `${verdict.padEnd(6)}${sentence}\n`).join('');
  return { text, isFine: findings.every(({ verdict }) => verdict !== 'wrong') };
}

async function checked(sentence: string, check: () => Promise<void>): Promise<Finding> {
  try {
    await check();
    return ok(sentence);
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function regionOf({ region }: Deployment): Finding {
  return REGION.test(region)
    ? ok(`${region} is of the standard partition, where Function URLs stream.`)
    : wrong(`${region} is no region in which Function URLs stream: take one such as eu-west-1.`);
}

async function inAws(deployment: Deployment): Promise<Finding[]> {
  const lambda = new LambdaClient({ region: deployment.region });
  const s3 = createS3Client({ ...process.env, AWS_REGION: deployment.region });
  try {
    const first = await quota(lambda, deployment);
    // Nothing else can be asked then.
    return first.verdict === 'wrong' ? [first] : [first, ...(await deployed(lambda, s3, deployment))];
  } finally {
    lambda.destroy();
    s3.destroy();
  }
}

/** A new account has 10 instances; the default of an old one is 1,000. */
async function quota(lambda: LambdaClient, { region }: Deployment): Promise<Finding> {
  try {
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
    const all = AccountLimit?.ConcurrentExecutions ?? 0;
    const free = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
    const counted = `The account may run ${all} instances at once, ${free} of them reserved by no function`;
    if (all >= 100) return ok(`${counted}.`);
    return note(
      `${counted}: ask for more ("Concurrent executions", Service Quotas) before many viewers come.`,
    );
  } catch (error) {
    const trouble = troubleOf(error, region);
    return trouble === null
      ? note(`The account's concurrency cannot be read (${nameOf(error)}).`)
      : wrong(trouble);
  }
}

async function deployed(
  lambda: LambdaClient,
  s3: S3Client,
  { name, region }: Deployment,
): Promise<Finding[]> {
  let environment: Readonly<Record<string, string>>;
  try {
    const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    environment = found.Environment?.Variables ?? {};
  } catch (error) {
    return [note(`There is no function ${name} in ${region} yet that you may see (${nameOf(error)}).`)];
  }
  const { MEDIA_BUCKET: bucket, FUNCTION_ALIAS: alias, ALLOWED_ORIGINS: origins } = environment;
  const findings = [await streaming(lambda, name, alias)];
  if (bucket === undefined)
    return [...findings, wrong(`${name} is no function of Sluice: it has no MEDIA_BUCKET.`)];
  return [...findings, await sizes(s3, bucket), await cors(s3, bucket, origins)];
}

async function streaming(lambda: LambdaClient, name: string, alias: string | undefined): Promise<Finding> {
  try {
    const { InvokeMode } = await lambda.send(
      new GetFunctionUrlConfigCommand({
        FunctionName: name,
        ...(alias === undefined ? {} : { Qualifier: alias }),
      }),
    );
    if (InvokeMode === 'RESPONSE_STREAM') return ok('The Function URL streams.');
    return wrong(`The Function URL does not stream (${InvokeMode}): deploy again.`);
  } catch (error) {
    if (nameOf(error) === 'ResourceNotFoundException')
      return wrong('The function has no Function URL: deploy again.');
    return note(`Whether the Function URL streams cannot be read (${nameOf(error)}).`);
  }
}

/** Lambda streams at most 200 MB in one response. */
const MOST_BYTES = 200_000_000;

async function sizes(client: S3Client, Bucket: string): Promise<Finding> {
  try {
    let count = 0;
    let large = 0;
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, MaxKeys: 1000 })) {
      count += Contents.length;
      large += Contents.filter(({ Size = 0 }) => Size > MOST_BYTES).length;
      if (count >= 10_000) break;
    }
    if (large === 0)
      return ok(`None of ${count} objects in ${Bucket} is larger than 200 MB, which one response carries.`);
    return note(
      `${large} of ${count} objects in ${Bucket} are larger than 200 MB, which one response carries: they are ` +
        'played in ranges or as HLS, and downloads are redirected to S3.',
    );
  } catch (error) {
    const why = nameOf(error);
    // Who deploys may be permitted less than the function.
    return why === 'NoSuchBucket'
      ? wrong(`${Bucket}, with the media, does not exist.`)
      : note(`${Bucket} cannot be listed (${why}).`);
  }
}

async function cors(client: S3Client, Bucket: string, origins: string | undefined): Promise<Finding> {
  if (!origins)
    return ok('No page of another origin may read answers (ALLOWED_ORIGINS), so that CORS is not needed.');
  try {
    const { CORSRules = [] } = await client.send(new GetBucketCorsCommand({ Bucket }));
    const isOpen = CORSRules.some(
      ({ AllowedOrigins = [], AllowedMethods = [] }) =>
        AllowedOrigins.includes('*') && AllowedMethods.includes('GET'),
    );
    if (isOpen) return ok(`${Bucket} has the CORS rule that pages need when they are redirected to it.`);
  } catch (error) {
    if (nameOf(error) !== 'NoSuchCORSConfiguration') {
      return note(`The CORS rules of ${Bucket} cannot be read (${nameOf(error)}).`);
    }
  }
  return wrong(
    `${Bucket} needs a CORS rule for GET and HEAD of all origins (*), since pages are redirected to it: docs/deploy.md.`,
  );
}
