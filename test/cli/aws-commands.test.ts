import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  CloudFrontClient,
  CreateDistributionCommand,
  ListInvalidationsCommand,
} from '@aws-sdk/client-cloudfront';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { zipSync } from 'fflate';
import { hashOf } from '../../functions/stream/plan/tag.ts';
import { createS3Client } from '../../functions/stream/source/s3.ts';
import { type Aws, REGION, startAws } from '../../testing/moto.ts';
import { needs } from '../../testing/needs.ts';

const SLUICE = fileURLToPath(new URL('../../cli/sluice.mjs', import.meta.url));
const [MEDIA, DERIVED] = ['sluice-test-media', 'sluice-test-derived'];

/** The commands that ask AWS, on a service that moto pretends to have. */
describe('npx sluice, in AWS', function () {
  this.timeout(60_000);
  let aws: Aws;
  let s3: S3Client;
  const clients: { destroy(): void }[] = [];

  const sluice = (...args: string[]) => sluiceWith({}, ...args);

  async function sluiceWith(more: Readonly<Record<string, string>>, ...args: string[]) {
    const env = { PATH: process.env.PATH ?? '', ...aws.environment, ...more };
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [SLUICE, ...args], { env });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  }

  before(async function () {
    needs(this, 'moto');
    aws = await startAws();
    s3 = createS3Client(aws.environment);
    const access = {
      region: REGION,
      endpoint: aws.endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    const lambda = new LambdaClient(access);
    const cloudFront = new CloudFrontClient(access);
    const cloudWatch = new CloudWatchClient(access);
    clients.push(s3, lambda, cloudFront, cloudWatch);
    for (const Bucket of [MEDIA, DERIVED]) await s3.send(new CreateBucketCommand({ Bucket }));
    const policy = encodeURIComponent('{"Version":"2012-10-17","Statement":[]}');
    const body = `Action=CreateRole&Version=2010-05-08&RoleName=sluice&AssumeRolePolicyDocument=${policy}`;
    await aws.call({ service: 'iam', body });
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'films',
        Role: 'arn:aws:iam::123456789012:role/sluice',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        MemorySize: 2048,
        Architectures: ['arm64'],
        Code: { ZipFile: zipSync({ 'index.mjs': new Uint8Array() }) },
        Environment: {
          Variables: { MEDIA_BUCKET: MEDIA, DERIVED_BUCKET: DERIVED, ALLOWED_ORIGINS: 'https://a.example' },
        },
      }),
    );
    await lambda.send(
      new CreateFunctionUrlConfigCommand({
        FunctionName: 'films',
        AuthType: 'NONE',
        InvokeMode: 'RESPONSE_STREAM',
      }),
    );
    const metric = (MetricName: string, Value: number) => ({
      MetricName,
      Value,
      // Times have whole seconds on their way.
      Timestamp: new Date(Date.now() - 60_000),
      Dimensions: [{ Name: 'FunctionName', Value: 'films' }],
    });
    for (const [Namespace, MetricData] of [
      ['AWS/Lambda', [metric('Duration', 5e8), metric('Invocations', 2_000_000)]],
      // What requests alone have cost.
      ['Sluice', [metric('Bytes', 4.2e9), metric('EstimatedCost', 3.05)]],
    ] as const) {
      await cloudWatch.send(new PutMetricDataCommand({ Namespace, MetricData: [...MetricData] }));
    }
  });
  after(() => {
    for (const client of clients) client.destroy();
  });

  describe('purge', () => {
    it('removes what was produced of an object, and of no other', async () => {
      const names = (key: string) => [
        `made/${hashOf({ key, etag: '"1"' }, 'a')}.mp4`,
        `made/${hashOf({ key, etag: '"2"' }, 'b')}.mp4`,
        `addresses/${hashOf({ key, etag: '' }, 'c')}`,
        `exports/${hashOf({ key, etag: '"1"' }, 'd')}`,
        `parts/${hashOf({ key, etag: '"1"' }, 'd')}-1-0-0-0-x`,
        `findings/${hashOf({ key, etag: '"1"' }, 'findings')}`,
      ];
      const others = [...names('films/other.mp4'), 'exports/unfinished'];
      for (const Key of [...names('films/a b.mp4'), ...others]) {
        await s3.send(new PutObjectCommand({ Bucket: DERIVED, Key, Body: 'x' }));
      }
      const { code, stdout } = await sluice('purge', 'films/a b.mp4', '--name', 'films');
      expect(stdout).to.equal(
        `6 objects were removed from ${DERIVED}.\nThere is no CloudFront of this deployment.\n`,
      );
      expect(code).to.equal(0);
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: DERIVED }));
      expect(Contents.map(({ Key }) => Key)).to.have.members(others);
    });

    it('has CloudFront forget it', async () => {
      const [, , cloudFront] = clients as [unknown, unknown, CloudFrontClient];
      const origin = { Id: 'a', DomainName: 'media.s3.us-east-1.amazonaws.com' };
      const { Distribution } = await cloudFront.send(
        new CreateDistributionCommand({
          DistributionConfig: {
            CallerReference: 'a',
            Comment: 'films',
            Enabled: true,
            Origins: { Quantity: 1, Items: [{ ...origin, S3OriginConfig: { OriginAccessIdentity: '' } }] },
            DefaultCacheBehavior: { TargetOriginId: 'a', ViewerProtocolPolicy: 'https-only' },
          },
        }),
      );
      // moto lists distributions without their comments, by which it would be found.
      const id = Distribution?.Id ?? '';
      const { stdout } = await sluice('purge', 'films/a b.mp4', '--name', 'films', '--distribution', id);
      expect(stdout).to.contain(`CloudFront ${id} forgets it within minutes`);
      const found = await cloudFront.send(new ListInvalidationsCommand({ DistributionId: id }));
      expect(found.InvalidationList?.Quantity).to.equal(1);
    });
  });

  it('tells what it has cost', async () => {
    const { stdout, code } = await sluice('cost', '--days', '7', '--name', 'films');
    expect(code).to.equal(0);
    // 2,000,000 requests of $0.20 a million; 500,000 seconds of 2 GB; 4.2 GB of $0.09.
    expect(stdout).to.match(/^invocations +2000000 {2}\$0\.40\n/);
    expect(stdout).to.match(/^GB-seconds +1000000 {2}\$13\.33\n/m);
    expect(stdout).to.match(/^GB sent +4\.2 {2}\$0\.38\n/m);
    expect(stdout).to.match(/^all of it +\$14\.11\n/m);
  });

  it('tells what it has cost behind CloudFront, which bills what it sends', async () => {
    const [, lambda] = clients as [unknown, LambdaClient];
    const FunctionName = 'films';
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const Variables = Environment?.Variables ?? {};
    const set = (more: Record<string, string>) =>
      lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName,
          Environment: { Variables: { ...Variables, ...more } },
        }),
      );
    await set({ BEHIND_CDN: '1' });
    const { stdout } = await sluice('cost', '--days', '7', '--name', 'films');
    await set({});
    expect(stdout).to.match(/^GB sent +4\.2 {2}CloudFront bills it by itself\n/m);
    expect(stdout).to.match(/^all of it +\$13\.73\n/m);
  });

  it('finds what is wrong with a deployment', async () => {
    const first = await sluice('doctor', '--name', 'films');
    expect(first.code).to.equal(1);
    expect(first.stdout).to.match(/^ok {4}AWS credentials are there\.$/m);
    expect(first.stdout).to.match(/^ok {4}The Function URL streams\.$/m);
    expect(first.stdout).to.match(/^ok {4}None of 0 objects .* is larger than 200 MB/m);
    expect(first.stdout).to.match(/^wrong sluice-test-media needs a CORS rule for GET and HEAD /m);
    const rule = { AllowedOrigins: ['*'], AllowedMethods: ['GET', 'HEAD'] };
    await s3.send(new PutBucketCorsCommand({ Bucket: MEDIA, CORSConfiguration: { CORSRules: [rule] } }));
    const second = await sluice('doctor', '--name', 'films');
    expect(second.stdout).to.match(/^ok {4}sluice-test-media has the CORS rule /m);
  });

  it('finds what is missing for one', async () => {
    const none = await sluice('doctor', '--name', 'none', '--region', 'us-gov-west-1');
    expect(none.stdout).to.match(/^wrong us-gov-west-1 is no region in which Function URLs stream/m);
    expect(none.stdout).to.match(/^note {2}There is no function none in us-gov-west-1 yet/m);
    expect(none.code).to.equal(1);
  });

  it('says that AWS cannot be reached, or takes no credentials', async () => {
    const nobody = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' };
    const checked = await sluiceWith(nobody, 'doctor');
    expect(checked.stdout).to.match(/^wrong AWS cannot be reached in us-east-1 \(connect ECONNREFUSED /m);
    expect(checked.stdout).to.not.contain('There is no function');
    expect(checked.code).to.equal(1);
    const purged = await sluiceWith(nobody, 'purge', 'a.mp4');
    expect(purged.stderr).to.match(/^AWS cannot be reached in us-east-1 \(connect ECONNREFUSED .*\)\.\n$/);
    expect(purged.code).to.equal(2);
    const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', HOME: '/none' };
    const unknown = await sluiceWith(none, 'cost');
    expect(unknown.stderr).to.match(/^AWS does not take the credentials \(CredentialsProviderError\): /);
  });

  for (const [args, sentence] of [
    [['purge'], /^Give one KEY; /],
    [['purge', 'a.mp4', '--name', 'none'], /^There is no function none in us-east-1 that you may see /],
    [['cost', '--days', '0'], /^--days must be a whole number from 1 to 90\.$/m],
    [['costs'], /^The command is one of sign, export, purge, cost, doctor; /],
  ] as const) {
    it(`refuses ${args.join(' ')} in one sentence`, async () => {
      const { code, stderr } = await sluice(...args);
      expect(code).to.equal(2);
      expect(stderr).to.match(sentence);
      expect(stderr.trim().split('\n')).to.have.length(1);
    });
  }
});
