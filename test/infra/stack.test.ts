import { expect } from 'chai';
import type { Statement } from '../../infra/policy.ts';
import { needs } from '../../testing/needs.ts';
import {
  type Block,
  CODE_SHA256,
  LAYER_SHA256,
  type Synthesised,
  synthesise,
} from '../../testing/synthesised.ts';
import { evaluateTerraform } from '../../testing/terraform-console.ts';

const CDN = { public: true, cdn: true };
const EVERY_WAY: readonly Block[] = [
  {},
  { public: true },
  CDN,
  { signingKeysParameter: '/sluice/keys' },
  { mediaBucket: 'films' },
  { ...CDN, mediaBucket: 'films' },
  { signingKeysParameter: '/sluice/keys', cdn: true },
];

describe('SluiceStack', () => {
  describe('function', () => {
    it('follows the options, and logs in JSON to its own group', () => {
      const stack = synthesise({
        name: 'films',
        memoryMegabytes: 1769,
        timeoutSeconds: 60,
        logLevel: 'WARN',
      });
      const [[id] = []] = stack.resources('aws_cloudwatch_log_group');
      expect(stack.resource('aws_lambda_function')).to.deep.include({
        function_name: 'films',
        architectures: ['arm64'],
        runtime: 'nodejs24.x',
        handler: 'index.handler',
        memory_size: 1769,
        timeout: 60,
        ephemeral_storage: { size: 512 },
        logging_config: {
          log_format: 'JSON',
          application_log_level: 'WARN',
          log_group: `\${aws_cloudwatch_log_group.${id}.name}`,
        },
      });
      expect(stack.resource('aws_cloudwatch_log_group')).to.deep.include({
        name: '/aws/lambda/films',
        retention_in_days: 30,
      });
    });

    it('takes code and layer from the code bucket, under keys with their hashes', () => {
      const stack = synthesise({ architecture: 'x86_64' });
      const lambda = stack.resource('aws_lambda_function');
      const layer = stack.resource('aws_lambda_layer_version');
      const [[layerId] = []] = stack.resources('aws_lambda_layer_version');
      expect(lambda.layers).to.deep.equal([`\${aws_lambda_layer_version.${layerId}.arn}`]);
      expect(lambda.source_code_hash).to.equal(CODE_SHA256);
      expect(layer).to.deep.include({
        source_code_hash: LAYER_SHA256,
        compatible_architectures: ['x86_64'],
        compatible_runtimes: ['nodejs24.x'],
        lifecycle: { create_before_destroy: true },
      });
      const hex = (base64: string) => Buffer.from(base64, 'base64').toString('hex');
      expect(stack.resource('aws_s3_object', 'functions').key).to.equal(`functions/${hex(CODE_SHA256)}.zip`);
      expect(stack.resource('aws_s3_object', 'layers').key).to.equal(`layers/${hex(LAYER_SHA256)}.zip`);
      for (const block of [lambda, layer]) {
        expect(block.s3_bucket).to.match(/^\$\{aws_s3_bucket\.code_bucket_\w+\.bucket\}$/);
        expect(block.s3_key).to.match(/^\$\{aws_s3_object\.(functions|layers)_object_\w+\.key\}$/);
      }
    });

    it('reserves instances only if it is told to, or open to everybody', () => {
      const reserved = (context: Block) =>
        synthesise(context).resource('aws_lambda_function').reserved_concurrent_executions;
      expect(reserved({})).to.equal(undefined);
      expect(reserved({ public: true })).to.equal(20);
      expect(reserved({ public: true, reservedConcurrency: null })).to.equal(undefined);
      expect(reserved({ reservedConcurrency: 25 })).to.equal(25);
      expect(reserved({ reservedConcurrency: 0 })).to.equal(0);
    });

    it('gets its settings, the chosen ones and those of the stack', () => {
      const environment = (context: Block) => variables(synthesise(context));
      expect(Object.keys(environment({}))).to.have.members([
        'DERIVED_BUCKET',
        'MEDIA_BUCKET',
        'POWERTOOLS_LOG_LEVEL',
        'PUBLIC',
        'PUBLIC_EXPORTS',
      ]);
      // Only callers with credentials reach the URL then; what is open to everybody exports if it is told to.
      expect(environment({}).PUBLIC_EXPORTS).to.equal('1');
      expect(environment({ public: true })).to.not.have.property('PUBLIC_EXPORTS');
      const told = { environment: { PUBLIC_EXPORTS: '1' } };
      expect(environment({ public: true, ...told }).PUBLIC_EXPORTS).to.equal('1');
      expect(environment({ environment: { PLAYER_PAGE: '1' }, logLevel: 'ERROR' })).to.include({
        PLAYER_PAGE: '1',
        POWERTOOLS_LOG_LEVEL: 'ERROR',
      });
    });
  });

  it('passes settings on unchanged, whatever Terraform would read in them', function () {
    needs(this, 'terraform');
    for (const PAGE_CREDIT of [`costs $5 \${var.x} 100% %{if}`, `$\${y} %%{z}`, '$$ %% {} "']) {
      const written = variables(synthesise({ environment: { PAGE_CREDIT } })).PAGE_CREDIT;
      expect(evaluateTerraform(JSON.stringify(written))).to.equal(PAGE_CREDIT);
    }
  });

  describe('access', () => {
    const table: [context: Block, authorization: string, environment: Block, principals: string[]][] = [
      [{}, 'AWS_IAM', { PUBLIC: '1' }, []],
      [{ public: true }, 'NONE', { PUBLIC: '1' }, ['*']],
      [{ signingKeysParameter: '/a/keys' }, 'NONE', { SIGNING_KEYS_PARAMETER: '/a/keys' }, ['*']],
      [CDN, 'AWS_IAM', { PUBLIC: '1' }, ['cloudfront.amazonaws.com']],
      [
        { signingKeysParameter: '/a/keys', cdn: true },
        'AWS_IAM',
        { SIGNING_KEYS_PARAMETER: '/a/keys' },
        ['cloudfront.amazonaws.com'],
      ],
    ];
    for (const [context, authorization, environment, principals] of table) {
      it(`is ${authorization} with ${JSON.stringify(context)}`, () => {
        const stack = synthesise(context);
        expect(stack.resource('aws_lambda_function_url')).to.deep.include({
          authorization_type: authorization,
          invoke_mode: 'RESPONSE_STREAM',
        });
        expect(stack.resource('aws_lambda_function_url')).to.not.have.property('cors');
        const { PUBLIC, SIGNING_KEYS_PARAMETER } = variables(stack);
        expect(JSON.parse(JSON.stringify({ PUBLIC, SIGNING_KEYS_PARAMETER }))).to.deep.equal(environment);

        const permissions = stack.resources('aws_lambda_permission').map(([, block]) => block);
        for (const principal of principals) {
          const granted = permissions.filter((block) => block.principal === principal);
          expect(granted.map(({ action }) => action)).to.have.members([
            'lambda:InvokeFunctionUrl',
            'lambda:InvokeFunction',
          ]);
          for (const block of granted) {
            const viaUrl = block.action === 'lambda:InvokeFunction';
            expect(block.invoked_via_function_url).to.equal(viaUrl ? true : undefined);
            expect(block.function_url_auth_type).to.equal(viaUrl ? undefined : authorization);
            // Any distribution, of any account, could call without it.
            if (principal !== '*')
              expect(block.source_arn).to.match(/^\$\{aws_cloudfront_distribution\..+\.arn\}$/);
          }
        }
        expect(permissions).to.have.length(principals.length * 2);
      });
    }
  });

  describe('role', () => {
    it('may add objects below the prefix of uploads, where these are on, and pages may post there', () => {
      const stack = synthesise({ public: true, environment: { UPLOADS: '1', UPLOAD_PREFIX: 'new/' } });
      const granted = statements(stack.resource('aws_iam_role_policy', 'stream_permissions').policy);
      const added = granted.find(({ Sid }) => Sid === 'AddUploads');
      expect(added?.Action).to.deep.equal(['s3:PutObject']);
      expect(added?.Resource).to.match(/^\$\{aws_s3_bucket\.media_bucket_\w+\.arn\}\/new\/\*$/);
      const { cors_rule: rules } = stack.resource('aws_s3_bucket_cors_configuration', 'media_cors');
      expect(rules).to.deep.include({
        allowed_headers: ['*'],
        allowed_methods: ['POST'],
        allowed_origins: ['*'],
        expose_headers: ['ETag'],
        max_age_seconds: 86_400,
      });
    });

    it('permits exactly this', () => {
      const stack = synthesise({ signingKeysParameter: '/a/keys', region: 'eu-west-1' });
      const granted = statements(stack.resource('aws_iam_role_policy', 'stream_permissions').policy);
      const expected: [sid: string, actions: string[], on: RegExp][] = [
        ['ListMedia', ['s3:ListBucket'], /^\$\{aws_s3_bucket\.media_bucket_\w+\.arn\}$/],
        ['ReadMedia', ['s3:GetObject'], /^\$\{aws_s3_bucket\.media_bucket_\w+\.arn\}\/\*$/],
        ['ListDerived', ['s3:ListBucket'], /^\$\{aws_s3_bucket\.derived_bucket_\w+\.arn\}$/],
        [
          'KeepDerived',
          ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
          /^\$\{aws_s3_bucket\.derived_bucket_\w+\.arn\}\/\*$/,
        ],
        ['RemoveParts', ['s3:DeleteObject'], /^\$\{aws_s3_bucket\.derived_bucket_\w+\.arn\}\/parts\/\*$/],
        [
          'WriteLogs',
          ['logs:CreateLogStream', 'logs:PutLogEvents'],
          /^\$\{aws_cloudwatch_log_group\.stream_logs_\w+\.arn\}:\*$/,
        ],
        [
          'ReadSigningKeys',
          ['ssm:GetParameter'],
          /^arn:aws:ssm:eu-west-1:\$\{data\.aws_caller_identity\.\w+\.account_id\}:parameter\/a\/keys$/,
        ],
      ];
      expect(granted.map(({ Sid, Action }) => [Sid, Action])).to.deep.equal(
        expected.map(([sid, actions]) => [sid, actions]),
      );
      for (const [i, [, , on]] of expected.entries()) expect(granted[i]?.Resource).to.match(on);
      expect(granted.every(({ Effect }) => Effect === 'Allow')).to.equal(true);
    });

    for (const context of EVERY_WAY) {
      it(`has no * for an action or a resource with ${JSON.stringify(context)}`, () => {
        const policies = synthesise(context).resources('aws_iam_role_policy');
        expect(policies).to.have.length(2);
        for (const { Action, Resource } of policies.flatMap(([, { policy }]) => statements(policy))) {
          for (const action of [Action].flat()) expect(action).to.match(/^[a-z0-9]+:[A-Za-z]+$/);
          // Objects of one bucket, streams of one log group: never buckets or groups.
          for (const on of [Resource].flat())
            expect(on).to.match(/^(\$\{[^}*]+\}|arn:aws:[^*]+)([/:](parts\/)?\*)?$/);
        }
      });
    }
    it('permits the function to send work to itself, which Lambda does not repeat', () => {
      const stack = synthesise();
      const [[id] = []] = stack.resources('aws_lambda_function');
      expect(statements(stack.resource('aws_iam_role_policy', 'stream_workers').policy)).to.deep.equal([
        {
          Sid: 'SendWork',
          Effect: 'Allow',
          Action: ['lambda:InvokeFunction'],
          Resource: `\${aws_lambda_function.${id}.arn}`,
        },
      ]);
      expect(stack.resource('aws_lambda_function_event_invoke_config')).to.deep.include({
        function_name: `\${aws_lambda_function.${id}.function_name}`,
        maximum_retry_attempts: 0,
      });
    });

    it('is for Lambda only', () => {
      expect(statements(synthesise().resource('aws_iam_role').assume_role_policy)).to.deep.equal([
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ]);
    });
  });

  describe('buckets', () => {
    for (const context of EVERY_WAY) {
      it(`are private, encrypted and for TLS only with ${JSON.stringify(context)}`, () => {
        const stack = synthesise(context);
        const buckets = stack.resources('aws_s3_bucket').map(([id]) => id);
        expect(buckets).to.have.length('mediaBucket' in context ? 2 : 3);
        const of = (type: string, id: string) =>
          stack.resources(type).filter(([, { bucket }]) => bucket === `\${aws_s3_bucket.${id}.bucket}`);
        for (const id of buckets) {
          const [[, block] = []] = of('aws_s3_bucket_public_access_block', id);
          expect(block).to.include({
            block_public_acls: true,
            block_public_policy: true,
            ignore_public_acls: true,
            restrict_public_buckets: true,
          });
          const [[, encryption] = []] = of('aws_s3_bucket_server_side_encryption_configuration', id);
          expect(encryption?.rule).to.deep.equal([
            { apply_server_side_encryption_by_default: { sse_algorithm: 'AES256' } },
          ]);
          const [[, policy] = []] = of('aws_s3_bucket_policy', id);
          const arn = `\${aws_s3_bucket.${id}.arn}`;
          expect(statements(policy?.policy)[0]).to.deep.equal({
            Sid: 'TlsOnly',
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:*',
            Resource: [arn, `${arn}/*`],
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          });
        }
      });
    }

    it('keep media when they are destroyed, and lose what can be produced again', () => {
      const stack = synthesise();
      const disposable = (name: string) => stack.resource('aws_s3_bucket', name).force_destroy;
      expect(['media', 'derived', 'code'].map(disposable)).to.deep.equal([false, true, true]);
    });

    it('let pages read media and outputs after a redirect, if pages may read at all', () => {
      const type = 'aws_s3_bucket_cors_configuration';
      expect(synthesise().resources(type)).to.have.length(0);
      const environment = { ALLOWED_ORIGINS: 'https://app.example' };
      const read = (context: Block) =>
        synthesise({ environment, ...context })
          .resources(type)
          .map(
            ([, { bucket }]) => /^\$\{aws_s3_bucket\.(\w+)_bucket_\w+\.bucket\}$/.exec(String(bucket))?.[1],
          );
      expect(read({})).to.have.members(['media', 'derived']);
      expect(read({ keepDerived: false })).to.deep.equal(['media']);
      expect(read({ mediaBucket: 'films' })).to.deep.equal(['derived']);
      for (const [, { cors_rule: rules }] of synthesise({ environment }).resources(type)) {
        expect(rules).to.deep.equal([
          {
            allowed_origins: ['*'],
            allowed_methods: ['GET', 'HEAD'],
            allowed_headers: ['*'],
            expose_headers: ['Accept-Ranges', 'Content-Length', 'Content-Range', 'ETag'],
            max_age_seconds: 86_400,
          },
        ]);
      }
    });

    it('expire derived objects', () => {
      const { rule, bucket } = synthesise({ derivedExpiryDays: 7 }).resource(
        'aws_s3_bucket_lifecycle_configuration',
      ) as { rule: Block[]; bucket: string };
      expect(bucket).to.contain('derived');
      expect(rule[0]).to.deep.include({ status: 'Enabled', expiration: [{ days: 7 }] });
    });

    it('end uploads that nobody completes', () => {
      const { rule } = synthesise().resource('aws_s3_bucket_lifecycle_configuration') as { rule: Block[] };
      expect(rule[0]?.abort_incomplete_multipart_upload).to.deep.equal([{ days_after_initiation: 1 }]);
    });

    it('have none for outputs if nothing is to be cached, nor any mention of one', () => {
      const stack = synthesise({ keepDerived: false });
      expect(stack.resources('aws_s3_bucket').map(([, { bucket_prefix }]) => bucket_prefix)).to.have.members([
        'sluice-media-',
        'sluice-code-',
      ]);
      expect(variables(stack)).to.not.have.property('DERIVED_BUCKET');
      expect(stack.output).to.not.have.property('derived_bucket');
      const granted = statements(stack.resource('aws_iam_role_policy').policy);
      expect(granted.map(({ Sid }) => Sid)).to.deep.equal(['ListMedia', 'ReadMedia', 'WriteLogs']);
    });

    it('leave an existing one and its policy alone, and check its region', () => {
      const stack = synthesise({ mediaBucket: 'films', region: 'eu-west-1' });
      expect(JSON.stringify(stack.resources('aws_s3_bucket'))).to.not.contain('media');
      expect(stack.resources('aws_s3_bucket_policy')).to.have.length(2);
      const found = stack.data('aws_s3_bucket') as { bucket: string; lifecycle: { postcondition: Block[] } };
      expect(found.bucket).to.equal('films');
      expect(found.lifecycle.postcondition[0]?.condition).to.equal(`\${self.bucket_region == "eu-west-1"}`);
      expect(variables(stack).MEDIA_BUCKET).to.match(/^\$\{data\.aws_s3_bucket\.\w+\.bucket\}$/);
    });
  });

  it('watches the budget of a day, if there is one', () => {
    const budgets = (context: Block) =>
      synthesise(context)
        .resources('aws_cloudwatch_metric_alarm')
        .filter(([, { alarm_name }]) => String(alarm_name).endsWith('-budget'))
        .map(([, block]) => block);
    expect(budgets({})).to.deep.equal([]);
    const [alarm] = budgets({ memoryMegabytes: 2048, environment: { MAX_GB_SECONDS_PER_DAY: '10000' } });
    // Four fifths of it are 4,000 seconds of 2 GB.
    expect(alarm).to.include({
      metric_name: 'Duration',
      statistic: 'Sum',
      period: 86_400,
      threshold: 4_000_000,
    });
  });

  it('watches errors, failures, throttles, duration and concurrency', () => {
    const alarms = (context: Block) =>
      Object.fromEntries(
        synthesise(context)
          .resources('aws_cloudwatch_metric_alarm')
          .map(([, block]) => [block.metric_name, block]),
      );
    const topic = 'arn:aws:sns:us-east-1:123456789012:alarms';
    const reserved = alarms({ reservedConcurrency: 50, timeoutSeconds: 100, alarmTopicArn: topic });
    expect(Object.keys(reserved)).to.have.members([
      'Errors',
      'Url5xxCount',
      'Throttles',
      'Duration',
      'ConcurrentExecutions',
    ]);
    expect(reserved.Duration).to.deep.include({ extended_statistic: 'p95', threshold: 80_000 });
    expect(reserved.ConcurrentExecutions).to.deep.include({ statistic: 'Maximum', threshold: 40 });
    for (const alarm of Object.values(reserved)) {
      expect(alarm).to.deep.include({ namespace: 'AWS/Lambda', alarm_actions: [topic], ok_actions: [topic] });
      expect(alarm).to.have.nested.property('dimensions.FunctionName');
    }
    expect(alarms({}).ConcurrentExecutions).to.deep.include({ threshold: 800 });
    expect(alarms({}).Errors).to.not.have.property('alarm_actions');
  });

  it('refuses a layer that Lambda would refuse after the upload', () => {
    expect(() => synthesise({}, { unzippedBytes: 250_000_000 })).to.not.throw();
    expect(() => synthesise({}, { unzippedBytes: 250_000_001 })).to.throw(
      Error,
      /^The layer is 250,000,001 bytes unzipped and may be 250,000,000: .*\.$/,
    );
  });

  it('says how to go on', () => {
    const { output } = synthesise({ public: true });
    expect(Object.keys(output)).to.have.members([
      'url',
      'upload',
      'play',
      'media_bucket',
      'derived_bucket',
      'code_bucket',
    ]);
    expect(output.upload?.value).to.match(/^aws s3 cp film\.mp4 s3:\/\/\$\{.+\}\/film\.mp4$/);
    expect(output.play?.value).to.match(/^<video controls src="\$\{.+\}\/stream\/film\.mp4"><\/video>$/);
    expect(synthesise({}).output.play?.value).to.match(/^curl --aws-sigv4 aws:amz:us-east-1:lambda /);
    expect(synthesise({ signingKeysParameter: '/k' }).output.play?.value).to.contain(
      '/~TOKEN/stream/film.mp4',
    );
  });

  it('pins the provider, and stores its state in S3 if it is told to', () => {
    expect(synthesise().terraform).to.deep.equal({
      required_providers: { aws: { source: 'hashicorp/aws', version: '6.66.0' } },
      required_version: '>= 1.10.0',
    });
    const { terraform } = synthesise({ stateBucket: 'states', name: 'films', region: 'eu-west-1' });
    expect(terraform.backend).to.deep.equal({
      s3: {
        bucket: 'states',
        key: 'films-eu-west-1.tfstate',
        region: 'eu-west-1',
        encrypt: true,
        use_lockfile: true,
      },
    });
  });
});

function statements(policy: unknown): readonly Statement[] {
  return (JSON.parse(String(policy)) as { Statement: Statement[] }).Statement;
}

function variables(stack: Synthesised): Readonly<Record<string, string>> {
  const { environment } = stack.resource('aws_lambda_function') as {
    environment: { variables: Record<string, string> };
  };
  return environment.variables;
}
