import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { demoDirectory } from '../../local/function.ts';
import { startFunctionUrl } from '../../local/function-url.ts';
import { EVERY_CDN_OPTION, EVERY_OPTION } from '../../testing/every-option.ts';
import { keepForRun } from '../../testing/logs-of-run.ts';
import { REGION } from '../../testing/moto.ts';
import { differences } from '../../testing/moto-stack.ts';
import { needs } from '../../testing/needs.ts';
import { runScript } from '../../testing/run-main.ts';
import { decode } from '../../testing/verify.ts';
import { listZip, unpackZip } from '../../testing/zip-file.ts';
import { type Deployment, startDeployment } from './deployment.ts';

/** The limit for function and layers together, unpacked (Lambda quotas). */
const MAX_UNZIPPED_BYTES = 250 * 1024 * 1024;

type LambdaConfiguration = {
  readonly CodeSha256: string;
  readonly Handler: string;
  readonly MemorySize: number;
  readonly Timeout: number;
  readonly Environment: { readonly Variables: Record<string, string> };
  readonly Layers: readonly { readonly Arn: string }[];
};

// One story: each step builds on the one before.
describe('deployment', function () {
  this.timeout(300_000);
  let deployment: Deployment;
  let s3: S3Client;

  before(async function () {
    needs(this, 'terraform', 'moto', 'provider', 'ffmpeg');
    deployment = await startDeployment();
    s3 = new S3Client({
      endpoint: deployment.aws.endpoint,
      region: REGION,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      forcePathStyle: true,
    });
  });

  after(async () => {
    s3?.destroy();
    await deployment?.close();
  });

  // The steps after it apply the last one.
  const table: [what: string, options: Readonly<Record<string, unknown>>, more: string[]][] = [
    ['no option', {}, []],
    [
      'every option',
      EVERY_OPTION,
      [
        `resource.aws_cloudwatch_log_group.stream_logs.kms_key_id: "\${aws_kms_key.encryption_key_EEB70057.arn}" → nothing`,
        'resource.aws_lambda_permission.stream_everybody-function.invoked_via_function_url: true → nothing',
        'resource.aws_lambda_provisioned_concurrency_config: 1 of them → nothing',
      ],
    ],
  ];
  for (const [what, options, more] of table) {
    it(`differs from a real one only in what moto and the provider cannot do, with ${what}`, async () => {
      const real = await deployment.synthesiseReal(options);
      const found = differences(real, await deployment.synthesise(options, 'apply'));
      for (const line of found) console.log(`      ${line}`);
      expect(found).to.have.members([
        'resource.aws_lambda_function.stream_function.lifecycle: nothing → {"ignore_changes":["logging_config","kms_key_arn","tracing_config"]}',
        'resource.aws_lambda_function.stream_function.runtime: "nodejs24.x" → "nodejs22.x"',
        'resource.aws_lambda_layer_version.layer_version.compatible_runtimes: ["nodejs24.x"] → ["nodejs22.x"]',
        'resource.aws_s3_bucket_policy.code_policy: a policy → nothing',
        'resource.aws_s3_bucket_policy.media_policy: a policy → nothing',
        `terraform.required_providers.aws.version: "6.66.0" → "${deployment.providerVersion}"`,
        ...more,
      ]);
    });
  }

  it('is valid', async () => {
    expect(await deployment.terraform('validate')).to.contain('The configuration is valid');
  });

  it('is applied with every option, and a second plan has nothing to change', async () => {
    const started = performance.now();
    await apply();
    console.log(`      applied and planned in ${((performance.now() - started) / 1000).toFixed(0)} s`);
    for (const [kind, there] of Object.entries(await deployment.inventory())) {
      expect(there, kind).to.contain(deployment.name);
    }
  });

  it('is stored as Lambda reports it, and fits into Lambda', async () => {
    const { CodeSha256, Layers } = await configuration();
    const [, layer, version] = /:layer:([^:]+):(\d+)$/.exec(Layers[0]?.Arn ?? '') ?? [];
    expect(Layers).to.have.length(1);
    const path = `/2018-10-31/layers/${layer}/versions/${version}`;
    const { Content } = JSON.parse(await deployment.aws.call({ service: 'lambda', path }));
    let unzippedBytes = 0;
    for (const [prefix, reported] of [
      ['functions', CodeSha256],
      ['layers', Content.CodeSha256],
    ] as const) {
      const Key = `${prefix}/${Buffer.from(reported, 'base64').toString('hex')}.zip`;
      const Bucket = await deployment.output('code_bucket');
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const zip = Buffer.from((await Body?.transformToByteArray()) ?? []);
      expect(createHash('sha256').update(zip).digest('base64')).to.equal(reported);
      const zipPath = `${folder(prefix)}.zip`;
      await writeFile(zipPath, zip);
      await unpackZip(zipPath, folder(prefix));
      console.log(`      ${prefix}: ${zip.length} bytes, SHA-256 ${reported}`);
      for (const entry of await listZip(zipPath)) {
        unzippedBytes += entry.unzippedBytes;
        if (entry.name.startsWith('bin/')) expect(entry.mode, entry.name).to.equal('100755');
      }
    }
    console.log(`      unpacked: ${unzippedBytes} bytes of ${MAX_UNZIPPED_BYTES}`);
    expect(unzippedBytes).to.be.at.most(MAX_UNZIPPED_BYTES);
  });

  it('streams a transcode of the demo film', async () => {
    const Bucket = await deployment.output('media_bucket');
    const Body = await readFile(join(demoDirectory, 'video.mp4'));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'film.mp4', Body }));
    const { Handler, MemorySize, Timeout, Environment } = await configuration();
    const functionUrl = await startFunctionUrl({
      codeDirectory: folder('functions'),
      handler: Handler,
      memoryMegabytes: MemorySize,
      timeoutSeconds: Timeout,
      environment: {
        ...Environment.Variables,
        // The layer is at /opt in AWS, and Lambda gives the function its region and credentials.
        FFMPEG_PATH: join(folder('layers'), 'bin/ffmpeg'),
        FFPROBE_PATH: join(folder('layers'), 'bin/ffprobe'),
        ...deployment.aws.environment,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      },
      log(line) {
        keepForRun(line);
        if (line.source !== 'stdout') console.log(`      ${line.text}`);
      },
    });
    try {
      const response = await fetch(`${functionUrl.url}/stream/film.mp4?height=144&start=5&duration=2`);
      expect(response.status).to.equal(200);
      expect(response.headers.get('sluice-plan')).to.match(/^transcode; format=mp4; video=h264:144;/);
      const path = join(deployment.directory, 'transcode.mp4');
      await writeFile(path, Buffer.from(await response.arrayBuffer()));
      const { seconds, complaints } = await decode(path);
      expect(complaints).to.equal('');
      expect(seconds).to.be.closeTo(2, 0.2);
    } finally {
      await functionUrl.close();
    }
  });

  it('lets everybody call the version that answers, and nothing else', async () => {
    const path = `/2015-03-31/functions/${deployment.name}/policy?Qualifier=live`;
    const { Policy } = JSON.parse(await deployment.aws.call({ service: 'lambda', path }));
    const { Statement } = JSON.parse(Policy) as { Statement: { Action: string; Resource: string }[] };
    // The provider grants the first by itself as well.
    expect([...new Set(Statement.map(({ Action }) => Action))]).to.have.members([
      'lambda:InvokeFunctionUrl',
      'lambda:InvokeFunction',
    ]);
    for (const { Resource } of Statement) expect(Resource).to.match(/:live$/);
  });

  it('has its settings as they were written', async () => {
    const { Environment } = await configuration();
    expect(Environment.Variables).to.include({ ...EVERY_OPTION.environment, FUNCTION_ALIAS: 'live' });
  });

  it('has a dashboard', async () => {
    const body = `Action=GetDashboard&Version=2010-08-01&DashboardName=${deployment.name}-${REGION}`;
    const answer = await deployment.aws.call({ service: 'monitoring', body });
    expect(answer).to.contain('Requests by plan').and.to.contain(deployment.name);
  });

  it('goes back to an earlier version', async () => {
    const changed = { ...EVERY_OPTION, memoryMegabytes: 2048 };
    await deployment.synthesise(changed, 'apply');
    await deployment.terraform('apply', '-auto-approve');
    expect(await live()).to.equal('2');
    const context = JSON.stringify({ name: deployment.name, versions: true });
    const rollBack = (...args: string[]) =>
      runScript('infra/rollback.ts', args, deployment.directory, {
        CDKTF_CONTEXT_JSON: context,
        ...deployment.aws.environment,
      });
    const { code, stdout } = await rollBack();
    expect(stdout).to.match(/version 1 answers instead of 2\.\n$/);
    expect(code).to.equal(0);
    expect(await live()).to.equal('1');
    const missing = await rollBack('7');
    expect(missing.code).to.equal(1);
    expect(missing.stderr).to.match(/^There is no version 7 of .*; there are 1, 2\.\n$/);
  });

  it('is as it was without the options', async () => {
    await deployment.synthesise({}, 'apply');
    await apply();
    const { Environment } = await configuration();
    expect(Environment.Variables).to.not.have.any.keys('FUNCTION_ALIAS', 'PAGE_CREDIT');
  });

  it('is destroyed once the media is gone, and leaves nothing', async () => {
    const Bucket = await deployment.output('media_bucket');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'film.mp4' }));
    await deployment.terraform('destroy', '-auto-approve');
    expect(await deployment.terraform('state', 'list')).to.equal('');
    for (const [kind, there] of Object.entries(await deployment.inventory())) {
      expect(there, kind).to.not.contain(deployment.name);
    }
  });

  // moto cannot apply these.
  for (const [what, more] of Object.entries({
    'pages of another origin': { public: true, environment: { ALLOWED_ORIGINS: 'https://app.example' } },
    'an existing bucket': { public: true, mediaBucket: 'films' },
    'signed addresses': { signingKeysParameter: '/sluice/keys' },
    'every option': { ...EVERY_OPTION, ...EVERY_CDN_OPTION },
  })) {
    it(`is valid with CloudFront and ${what}`, async () => {
      await deployment.synthesise({ cdn: true, ...more }, 'validate');
      expect(await deployment.terraform('validate')).to.contain('The configuration is valid');
    });
  }

  async function apply(): Promise<void> {
    await deployment.terraform('apply', '-auto-approve');
    expect(await deployment.terraform.exitCode('plan', '-detailed-exitcode')).to.equal(0);
  }

  async function live(): Promise<string> {
    const path = `/2015-03-31/functions/${deployment.name}/aliases/live`;
    return JSON.parse(await deployment.aws.call({ service: 'lambda', path })).FunctionVersion;
  }

  async function configuration(): Promise<LambdaConfiguration> {
    const path = `/2015-03-31/functions/${deployment.name}`;
    return JSON.parse(await deployment.aws.call({ service: 'lambda', path })).Configuration;
  }

  /** Returns where a zip is unpacked; AWS has /var/task and /opt. */
  function folder(zip: 'functions' | 'layers'): string {
    return join(deployment.directory, zip);
  }
});
