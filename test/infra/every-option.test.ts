import { expect } from 'chai';
import { EVERY_CDN_OPTION, EVERY_OPTION } from '../../testing/every-option.ts';
import { type Block, synthesise } from '../../testing/synthesised.ts';

/** All of both, which moto cannot apply. */
const EVERYTHING = { ...EVERY_OPTION, ...EVERY_CDN_OPTION };

describe('SluiceStack with options that are off by default', () => {
  it('has none of their resources without them', () => {
    const off = JSON.stringify(synthesise({ public: true, cdn: true }).json);
    for (const name of [
      ...['kms', 'aws_lambda_alias', 'provisioned', 'sqs', 'Active', 'xray', 'qualifier'],
      ...['acm', 'route53', 'logging_config":{"bucket', 'web_acl', 'price_class', 'strict_transport'],
      ...['"aws.', 'whitelist","locations', 'FUNCTION_ALIAS'],
    ]) {
      expect(off, name).to.not.contain(name);
    }
  });

  it('takes back what the provider would otherwise leave as it was', () => {
    const off = synthesise({ public: true, cdn: true });
    expect(off.resource('aws_lambda_function').tracing_config).to.deep.equal({ mode: 'PassThrough' });
    expect(off.resource('aws_cloudfront_distribution').restrictions).to.deep.equal({
      geo_restriction: { restriction_type: 'none', locations: [] },
    });
  });

  it('tags everything but objects in S3, which take ten', () => {
    const stack = synthesise({ tags: { team: 'video' } });
    const { aws } = stack.json.provider as { aws: Block[] };
    expect(aws[0]?.default_tags).to.deep.equal([
      { tags: { team: 'video', project: 'sluice', deployment: 'sluice' } },
    ]);
    for (const [, { override_provider: own }] of stack.resources('aws_s3_object')) {
      expect(own).to.deep.equal({ default_tags: { tags: {} } });
    }
  });

  describe('kmsKey', () => {
    it('encrypts buckets, log, variables and queue, and the role may use it', () => {
      const stack = synthesise(EVERYTHING);
      const [[id, key] = []] = stack.resources('aws_kms_key');
      const arn = `\${aws_kms_key.${id}.arn}`;
      const rules = stack.resources('aws_s3_bucket_server_side_encryption_configuration');
      const keys = rules.map(([name, { rule }]) => [
        name.split('_')[0],
        (rule as [{ apply_server_side_encryption_by_default: Block }])[0]
          .apply_server_side_encryption_by_default.kms_master_key_id,
      ]);
      expect(Object.fromEntries(keys)).to.deep.equal({
        media: arn,
        derived: arn,
        code: arn,
        // CloudFront's, whose delivery takes S3's own key.
        'access-logs': undefined,
      });
      expect(stack.resource('aws_cloudwatch_log_group').kms_key_id).to.equal(arn);
      expect(stack.resource('aws_lambda_function').kms_key_arn).to.equal(arn);
      expect(stack.resource('aws_sqs_queue').kms_master_key_id).to.equal(arn);
      expect(permission(stack.resource('aws_iam_role_policy', 'stream_permissions'), 'UseKey')).to.include({
        Resource: arn,
      });
      expect(key?.enable_key_rotation).to.equal(true);
      const { Statement } = JSON.parse(String(key?.policy));
      expect(Statement.map(({ Sid }: Block) => Sid)).to.deep.equal(['Account', 'Logs', 'CloudFront']);
    });

    it('may be an existing one, whose policy is told', () => {
      const kmsKey = 'arn:aws:kms:us-east-1:123456789012:key/1a2b';
      const stack = synthesise({ kmsKey });
      expect(stack.resources('aws_kms_key')).to.have.length(0);
      expect(stack.resource('aws_cloudwatch_log_group').kms_key_id).to.equal(kmsKey);
      const added = JSON.parse(stack.output.add_to_key_policy?.value ?? '');
      expect(added.map(({ Sid }: Block) => Sid)).to.deep.equal(['Logs']);
    });
  });

  it('leads to a version: address, permissions, exports and ready instances', () => {
    const stack = synthesise({ ...EVERY_OPTION, cdn: true });
    const [[id, alias] = []] = stack.resources('aws_lambda_alias');
    const name = `\${aws_lambda_alias.${id}.name}`;
    const lambda = stack.resource('aws_lambda_function') as { environment: { variables: Block } } & Block;
    expect(lambda.publish).to.equal(true);
    expect(lambda.environment.variables.FUNCTION_ALIAS).to.equal('live');
    expect(alias?.function_version).to.match(/^\$\{aws_lambda_function\..*\.version\}$/);
    for (const type of [
      ...['aws_lambda_function_url', 'aws_lambda_permission', 'aws_lambda_function_event_invoke_config'],
      'aws_lambda_provisioned_concurrency_config',
    ]) {
      const blocks = stack.resources(type);
      expect(blocks, type).to.not.have.length(0);
      for (const [, block] of blocks) expect(block.qualifier, type).to.equal(name);
    }
    const sent = permission(stack.resource('aws_iam_role_policy', 'stream_workers'), 'SendWork');
    expect(sent?.Resource).to.match(/^\$\{aws_lambda_function\..*\.arn\}:live$/);
  });

  it('keeps lost work in a queue, with an alarm', () => {
    const stack = synthesise(EVERY_OPTION);
    const [[id] = []] = stack.resources('aws_sqs_queue');
    const { destination_config: to } = stack.resource('aws_lambda_function_event_invoke_config');
    const destination = `\${aws_sqs_queue.${id}.arn}`;
    expect(to).to.deep.equal({ on_failure: { destination } });
    const may = permission(stack.resource('aws_iam_role_policy', 'stream_permissions'), 'SendLostEvents');
    expect(may).to.include({ Resource: destination });
    expect(stack.resource('aws_cloudwatch_metric_alarm', 'alarms_lost-events')).to.deep.include({
      namespace: 'AWS/SQS',
      dimensions: { QueueName: `\${aws_sqs_queue.${id}.name}` },
      threshold: 1,
    });
  });

  it('traces with X-Ray', () => {
    const stack = synthesise({ xray: true });
    expect(stack.resource('aws_lambda_function').tracing_config).to.deep.equal({ mode: 'Active' });
    const may = permission(stack.resource('aws_iam_role_policy', 'stream_permissions'), 'Trace');
    expect(may?.Action).to.deep.equal(['xray:PutTraceSegments', 'xray:PutTelemetryRecords']);
  });

  it('removes what was uploaded in part, from the media bucket too', () => {
    const rules = synthesise({ unfinishedUploadDays: 7 }).resources('aws_s3_bucket_lifecycle_configuration');
    const media = rules.find(([name]) => name.startsWith('media'))?.[1].rule as Block[];
    expect(media).to.deep.equal([
      {
        id: 'unfinished-uploads',
        status: 'Enabled',
        filter: [{ prefix: '' }],
        abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }],
      },
    ]);
  });

  describe('of CloudFront', () => {
    it('are in the distribution', () => {
      const stack = synthesise({ ...EVERYTHING, region: 'eu-west-1' });
      expect(stack.resource('aws_cloudfront_distribution')).to.deep.include({
        aliases: ['media.example.org'],
        price_class: 'PriceClass_100',
        web_acl_id: EVERY_CDN_OPTION.webAclArn,
        restrictions: { geo_restriction: { restriction_type: 'whitelist', locations: ['DE', 'AT'] } },
      });
      expect(stack.output.url?.value).to.equal('https://media.example.org');
      const { blockCountries, ...blocking } = { ...EVERYTHING, allowCountries: [], blockCountries: ['XX'] };
      const { restrictions } = synthesise({ ...blocking, blockCountries }).resource(
        'aws_cloudfront_distribution',
      );
      expect(restrictions).to.deep.equal({
        geo_restriction: { restriction_type: 'blacklist', locations: ['XX'] },
      });
    });

    it('request a certificate in us-east-1, and addresses in the zone', () => {
      const stack = synthesise({ ...EVERYTHING, region: 'eu-west-1' });
      const provider = 'aws.us-east-1';
      expect(stack.resource('aws_acm_certificate')).to.deep.include({
        domain_name: 'media.example.org',
        validation_method: 'DNS',
        provider,
      });
      expect(stack.resource('aws_acm_certificate_validation')).to.include({ provider });
      const records = stack.resources('aws_route53_record').map(([, { type }]) => type);
      expect(records).to.include.members(['A', 'AAAA']).and.to.have.length(3);
      const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/1a2b';
      const own = synthesise({ public: true, cdn: true, domain: 'media.example.org', certificateArn });
      expect(own.resources('aws_route53_record')).to.have.length(0);
      expect(own.resource('aws_cloudfront_distribution').viewer_certificate).to.deep.equal({
        acm_certificate_arn: certificateArn,
        ssl_support_method: 'sni-only',
        minimum_protocol_version: 'TLSv1.2_2021',
      });
    });

    it('write what was requested into a bucket of their own', () => {
      const stack = synthesise({ ...EVERYTHING, logRetentionDays: 60 });
      expect(stack.resource('aws_cloudfront_distribution').logging_config).to.deep.include({
        prefix: 'cdn/',
        include_cookies: false,
      });
      expect(stack.resource('aws_s3_bucket_ownership_controls').rule).to.deep.equal({
        object_ownership: 'BucketOwnerPreferred',
      });
      // CloudFront refuses a bucket that takes no ACL yet.
      const [[ownership] = []] = stack.resources('aws_s3_bucket_ownership_controls');
      expect(stack.resource('aws_cloudfront_distribution').depends_on).to.deep.equal([
        `aws_s3_bucket_ownership_controls.${ownership}`,
      ]);
      const { rule } = stack.resource('aws_s3_bucket_lifecycle_configuration', 'access-logs');
      expect((rule as Block[])[0]?.expiration).to.deep.equal([{ days: 60 }]);
    });

    it('tell browsers to use HTTPS, with every answer', () => {
      const stack = synthesise(EVERYTHING);
      const policies = stack.resources('aws_cloudfront_response_headers_policy');
      expect(policies).to.have.length(2);
      for (const [, { security_headers_config: headers }] of policies) {
        expect(headers).to.deep.nested.include({
          strict_transport_security: {
            access_control_max_age_sec: 31_536_000,
            include_subdomains: false,
            override: true,
          },
        });
      }
      const { default_cache_behavior: rest } = stack.resource('aws_cloudfront_distribution') as {
        default_cache_behavior: Block;
      };
      expect(rest.response_headers_policy_id).to.match(/hsts/);
    });
  });
});

function permission(block: Block, sid: string): Block | undefined {
  const { Statement } = JSON.parse(String(block.policy)) as { Statement: Block[] };
  return Statement.find(({ Sid }) => Sid === sid);
}
