import { expect } from 'chai';
import { type ParameterRoute, SCHEMAS } from '../../functions/stream/route/parameters.ts';
import type { Statement } from '../../infra/policy.ts';
import { needs } from '../../testing/needs.ts';
import { type Block, type Synthesised, synthesise } from '../../testing/synthesised.ts';
import { evaluateTerraform } from '../../testing/terraform-console.ts';
import { forKey, token } from '../../testing/token-vectors.ts';

const CDN = { public: true, cdn: true };
const SIGNED_CDN = { signingKeysParameter: '/a/keys', cdn: true };

describe('Cdn', () => {
  it('exists only if it is asked for', () => {
    for (const context of [{}, { public: true }]) {
      expect(synthesise(context).resources('aws_cloudfront_distribution')).to.have.length(0);
    }
  });

  it('reaches both origins by access control, and by nothing else', () => {
    const stack = synthesise(CDN);
    const { origin } = distribution(stack);
    const access = stack.resources('aws_cloudfront_origin_access_control');
    expect(origin.map(({ origin_id }) => origin_id)).to.deep.equal(['function', 'bucket']);
    for (const [i, type] of ['lambda', 's3'].entries()) {
      const [id, block] = access.find(([, { origin_access_control_origin_type: t }]) => t === type) ?? [];
      expect(block).to.include({ signing_behavior: 'always', signing_protocol: 'sigv4' });
      expect(origin[i]?.origin_access_control_id).to.equal(
        `\${aws_cloudfront_origin_access_control.${id}.id}`,
      );
    }
    expect(origin[0]?.custom_origin_config).to.deep.include({ origin_protocol_policy: 'https-only' });
    expect(origin[1]?.domain_name).to.match(
      /^\$\{aws_s3_bucket\.media_bucket_\w+\.bucket_regional_domain_name\}$/,
    );
  });

  it('lets the function answer by default, and caches nothing that depends on Accept', () => {
    const stack = synthesise(CDN);
    const { default_cache_behavior: rest, ordered_cache_behavior: ordered } = distribution(stack);
    expect(rest).to.deep.include({
      target_origin_id: 'function',
      // CachingDisabled, AllViewerExceptHostHeader
      cache_policy_id: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      origin_request_policy_id: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
      viewer_protocol_policy: 'redirect-to-https',
      allowed_methods: ['GET', 'HEAD', 'OPTIONS'],
      compress: false,
    });
    expect(ordered.map(({ path_pattern }) => path_pattern)).to.deep.equal(
      ['media', 'hls', 'dash', 'image', 'waveform', 'storyboard'].map((route) => `/${route}/*`),
    );
    expect(ordered[0]).to.include({ target_origin_id: 'function', compress: false });
  });

  it('caches no failures', () => {
    const { custom_error_response: errors } = distribution(synthesise(CDN));
    expect(errors.map(({ error_code }) => error_code)).to.deep.equal([404, 414, 500, 501, 502, 503, 504]);
    for (const error of errors) expect(error).to.include({ error_caching_min_ttl: 0 });
  });

  it('caches /media by its query, and no longer than the object allows', () => {
    expect(synthesise(CDN).resource('aws_cloudfront_cache_policy', 'cdn_media')).to.deep.include({
      min_ttl: 0,
      default_ttl: 0,
      parameters_in_cache_key_and_forwarded_to_origin: {
        query_strings_config: { query_string_behavior: 'all' },
        headers_config: { header_behavior: 'none' },
        cookies_config: { cookie_behavior: 'none' },
      },
    });
  });

  it('caches segments as long as the function says, by path and version alone', () => {
    for (const context of [CDN, { signingKeysParameter: '/a/keys', cdn: true }]) {
      const stack = synthesise(context);
      expect(stack.resource('aws_cloudfront_cache_policy', 'cdn_segments')).to.deep.include({
        min_ttl: 0,
        default_ttl: 0,
        max_ttl: 31_536_000,
        parameters_in_cache_key_and_forwarded_to_origin: {
          query_strings_config: { query_string_behavior: 'whitelist', query_strings: { items: ['v'] } },
          headers_config: { header_behavior: 'none' },
          cookies_config: { cookie_behavior: 'none' },
        },
      });
      const segments = distribution(stack).ordered_cache_behavior.slice(1, 3);
      for (const behavior of segments) {
        expect(behavior.cache_policy_id).to.match(
          /^\$\{aws_cloudfront_cache_policy\.[\w-]*segments[\w-]*\.id\}$/,
        );
        expect(behavior).to.deep.include({
          target_origin_id: 'function',
          // AllViewerExceptHostHeader: the token that the edge code passes on reaches the function, and is in
          // no key.
          origin_request_policy_id: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
          allowed_methods: ['GET', 'HEAD', 'OPTIONS'],
          cached_methods: ['GET', 'HEAD'],
        });
        expect(behavior.response_headers_policy_id).to.match(/media-headers/);
      }
    }
  });

  it('caches pictures with a version by every parameter that they have, and no other', () => {
    const parameters = { image: 'image', waveform: 'waveform', storyboard: 'storyboard' } as const;
    for (const context of [CDN, SIGNED_CDN]) {
      const stack = synthesise(context);
      for (const [route, table] of Object.entries(parameters) as [
        keyof typeof parameters,
        ParameterRoute,
      ][]) {
        const behavior = behaviorOf(stack, route);
        const policy = policyOf(stack, behavior);
        const names = Object.keys(SCHEMAS[table].entries);
        expect(policy.names).to.have.members(names);
        // No more are possible in one policy (CloudFront's quotas).
        expect(names.length).to.be.at.most(10);
        expect(policy).to.deep.include({
          ttl: [0, 0, 31_536_000],
          headers: route === 'storyboard' ? undefined : { items: ['Accept'] },
        });
        expect(behavior).to.include({ target_origin_id: 'function', compress: false });
        expect(behavior?.response_headers_policy_id).to.match(/media-headers/);
        const code = (behavior?.function_association as { function_arn: string }[] | undefined) ?? [];
        const roles = code.map(({ function_arn }) => /cdn_([a-z-]+)_/.exec(function_arn)?.[1]);
        expect(roles).to.deep.equal(
          context === CDN ? ['cached-request'] : ['signed-request', 'media-response'],
        );
      }
    }
  });

  describe('with playlistSeconds', () => {
    it('tells them apart by every parameter that they take', () => {
      for (const context of [CDN, SIGNED_CDN]) {
        const stack = synthesise({ ...context, playlistSeconds: 5 });
        for (const route of ['hls', 'dash'] as const) {
          const { names, ttl } = policyOf(stack, behaviorOf(stack, route));
          const all = (['segment', 'manifest', 'playlist', 'bare'] as const).flatMap((each) =>
            Object.keys(SCHEMAS[each].entries),
          );
          expect(names)
            .to.have.members([...new Set(all)])
            .and.have.length.at.most(10);
          // Only the function knows what may be cached, and for how long.
          expect(ttl).to.deep.equal([0, 0, 31_536_000]);
        }
        const { names } = policyOf(stack, behaviorOf(stack, 'subtitles'));
        expect(names).to.have.members(Object.keys(SCHEMAS.subtitles.entries));
        const { environment } = stack.resource('aws_lambda_function') as {
          environment: { variables: Block };
        };
        expect(environment.variables).to.include({ PLAYLIST_SECONDS: '5' });
      }
    });

    it('lets them pass without their token only then', () => {
      const code = (more: Block) =>
        synthesise({ ...SIGNED_CDN, ...more }).resource('aws_cloudfront_function', 'cdn_signed-request').code;
      expect(code({ playlistSeconds: 5 })).to.contain('HAS_TEXTS = true');
      expect(code({})).to.contain('HAS_TEXTS = false');
      const { environment } = synthesise(SIGNED_CDN).resource('aws_lambda_function') as {
        environment: { variables: Block };
      };
      expect(environment.variables).to.not.have.property('PLAYLIST_SECONDS');
    });
  });

  it('sends /media through both edge functions and under headers of its own', () => {
    const stack = synthesise(CDN);
    const [media] = distribution(stack).ordered_cache_behavior;
    const associations = media?.function_association as { event_type: string; function_arn: string }[];
    expect(associations.map(({ event_type }) => event_type)).to.deep.equal([
      'viewer-request',
      'viewer-response',
    ]);
    for (const { event_type, function_arn } of associations) {
      const role = event_type.replace('viewer', 'media');
      const edge = stack.resource('aws_cloudfront_function', `cdn_${role}`);
      expect(function_arn).to.contain(`cdn_${role}`);
      expect(edge).to.include({ runtime: 'cloudfront-js-2.0', publish: true });
      expect(edge.code).to.contain('function handler(event)');
    }
    const headers = stack.resource('aws_cloudfront_response_headers_policy');
    expect(headers).to.not.have.property('cors_config');
    const { security_headers_config: security } = headers as { security_headers_config: Block };
    expect(security.content_type_options).to.deep.equal({ override: true });
    const { content_security_policy: policy, override } = security.content_security_policy as Block;
    expect(override).to.equal(true);
    expect(String(policy).split('; ')).to.include.members([
      "default-src 'none'",
      'sandbox allow-same-origin',
    ]);
    expect(policy).to.not.match(/script/);
  });

  it('tells the function which page requests /media, outside the key', () => {
    const stack = synthesise(CDN);
    const [[id] = []] = stack.resources('aws_cloudfront_origin_request_policy');
    const [media] = distribution(stack).ordered_cache_behavior;
    expect(media?.origin_request_policy_id).to.equal(`\${aws_cloudfront_origin_request_policy.${id}.id}`);
    expect(stack.resource('aws_cloudfront_origin_request_policy', 'cdn_media')).to.deep.include({
      headers_config: { header_behavior: 'whitelist', headers: { items: ['Origin', 'Sec-Fetch-Dest'] } },
      cookies_config: { cookie_behavior: 'none' },
      query_strings_config: { query_string_behavior: 'none' },
    });
  });

  it('lets the pages read the bucket that may read the function', () => {
    const environment = { ALLOWED_ORIGINS: 'https://a.example, https://b.example' };
    const headers = synthesise({ ...CDN, environment }).resource('aws_cloudfront_response_headers_policy');
    expect(headers.cors_config).to.deep.include({
      access_control_allow_origins: { items: ['https://a.example', 'https://b.example'] },
      access_control_allow_credentials: false,
      origin_override: true,
    });
  });

  it('may read objects of the bucket, and not list it', () => {
    const stack = synthesise(CDN);
    const [[id] = []] = stack.resources('aws_cloudfront_distribution');
    const policy = statements(stack.resource('aws_s3_bucket_policy', 'media').policy);
    expect(policy.map(({ Sid }) => Sid)).to.deep.equal(['TlsOnly', 'ReadThroughCloudFront']);
    expect(policy[1]).to.deep.include({
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: 's3:GetObject',
      Condition: { StringEquals: { 'AWS:SourceArn': `\${aws_cloudfront_distribution.${id}.arn}` } },
    });
    for (const other of ['derived', 'code']) {
      const { policy } = stack.resource('aws_s3_bucket_policy', other);
      expect(statements(policy).map(({ Sid }) => Sid)).to.deep.equal(['TlsOnly']);
    }
  });

  it('asks for a statement if the bucket is somebody else’s', () => {
    const { output } = synthesise({ ...CDN, mediaBucket: 'films' });
    const statement = JSON.parse(output.add_to_media_bucket_policy?.value ?? '') as Statement;
    expect(statement).to.include({ Action: 's3:GetObject', Effect: 'Allow' });
    expect(statement.Resource).to.match(/^\$\{data\.aws_s3_bucket\.\w+\.arn\}\/\*$/);
  });

  describe('with signed addresses', () => {
    it('checks every request before anything answers, and the function checks again', () => {
      const stack = synthesise({ ...SIGNED_CDN, environment: { ALLOWED_ORIGINS: 'https://a.example' } });
      const { default_cache_behavior: rest, ordered_cache_behavior: ordered } = distribution(stack);
      expect(ordered).to.have.length(6);
      for (const behavior of [rest, ...ordered]) {
        const [first] = behavior.function_association as { event_type: string; function_arn: string }[];
        expect(first?.event_type).to.equal('viewer-request');
        expect(first?.function_arn).to.contain('cdn_signed-request');
        // The bucket only answers what the edge code sends there.
        expect(behavior.target_origin_id).to.equal('function');
      }
      expect(stack.resources('aws_cloudfront_function').map(([, { name }]) => name)).to.have.members([
        'sluice-us-east-1-signed-request',
        'sluice-us-east-1-media-response',
      ]);
      const { code } = stack.resource('aws_cloudfront_function', 'cdn_signed-request');
      expect(code).to.contain('const ORIGINS = ["https://a.example"];');
      expect(stack.resource('aws_cloudfront_function', 'cdn_media-response').code).to.contain(
        'IS_SIGNED = true',
      );
      const { environment } = stack.resource('aws_lambda_function') as { environment: { variables: Block } };
      expect(environment.variables).to.include({ SIGNING_KEYS_PARAMETER: '/a/keys', BEHIND_CDN: '1' });
      const alone = synthesise({ signingKeysParameter: '/a/keys' }).resource('aws_lambda_function') as {
        environment: { variables: Block };
      };
      expect(alone.environment.variables).to.not.have.property('BEHIND_CDN');
      expect(environment.variables).to.not.have.property('PUBLIC');
      expect(stack.resource('aws_lambda_function_url').authorization_type).to.equal('AWS_IAM');
    });

    it('distinguishes segments from keys of the same name, by the token in front', () => {
      const [, hls, dash] = distribution(synthesise(SIGNED_CDN)).ordered_cache_behavior;
      const forHls = token(forKey('hls/a.mp4'));
      const named = [hls, dash].map((behavior) => patternOf(behavior));
      const matching = (path: string) => named.map((pattern) => pattern.test(path));
      expect(matching(`/~${forHls}/hls/hls/a.mp4/720p/1.m4s`)).to.deep.equal([true, false]);
      expect(matching(`/~${forHls}/dash/hls/a.mp4/720p/1.m4s`)).to.deep.equal([false, true]);
      for (const path of [
        '/hls/a.mp4/720p/1.m4s',
        `/~${forHls}/media/hls/a.mp4`,
        `/~${forHls}/stream/dash/a.mp4`,
      ]) {
        expect(matching(path), path).to.deep.equal([false, false]);
      }
    });

    it('matches media of the bucket only with a token in front, and no other route', () => {
      const [media] = distribution(synthesise(SIGNED_CDN)).ordered_cache_behavior;
      const matches = (path: string) => patternOf(media).test(path);
      const forMedia = token(forKey('media/a.mp4'));
      expect(matches(`/~${forMedia}/media/media/a.mp4`)).to.equal(true);
      for (const path of [
        '/media/a.mp4',
        `/~${forMedia}/hls/media/a.mp4/master.m3u8`,
        `/~${forMedia}/stream/media/a`,
      ]) {
        expect(matches(path), path).to.equal(false);
      }
    });

    it('has the keys in a store of their own, by their ids, and in no code', () => {
      const stack = synthesise(SIGNED_CDN);
      const [[id] = []] = stack.resources('aws_cloudfront_key_value_store');
      const store = `\${aws_cloudfront_key_value_store.${id}.arn}`;
      expect(stack.resource('aws_cloudfront_function', 'cdn_signed-request')).to.deep.include({
        key_value_store_associations: [store],
      });
      expect(stack.data('aws_ssm_parameter')).to.deep.include({ name: '/a/keys' });
      const keys = stack.resource('aws_cloudfrontkeyvaluestore_keys_exclusive');
      expect(keys.key_value_store_arn).to.equal(store);
      const { for_each } = (keys.dynamic as { resource_key_value_pair: Block }).resource_key_value_pair;
      expect(for_each).to.match(
        /^\$\{\[for entry in split\(",", replace\(trimspace\(data\.aws_ssm_parameter\.\w+\.value\), "\/\\\\s\*/,
      );
    });

    it('is what Terraform reads from a list of keys', function () {
      needs(this, 'terraform');
      const { dynamic } = synthesise(SIGNED_CDN).resource('aws_cloudfrontkeyvaluestore_keys_exclusive');
      const { for_each } = (dynamic as { resource_key_value_pair: Block }).resource_key_value_pair;
      const expression = String(for_each).slice(2, -1);
      const read = (text: string) =>
        evaluateTerraform(expression.replace(/data\.aws_ssm_parameter\.\w+\.value/, JSON.stringify(text)));
      const [a, b] = ['a'.repeat(32), `+/=_-${'b'.repeat(32)}`];
      expect(read(`\n one:${a} ,\n two-2:${b}\n`)).to.deep.equal([
        ['one', a],
        ['two-2', b],
      ]);
      for (const wrong of [`one:${a},two`, `one:${a.slice(1)}`, `One:${a}`, '']) {
        expect(() => read(wrong), wrong).to.throw(/regex/);
      }
    });
  });

  it('is the address in the outputs', () => {
    expect(synthesise(CDN).output.url?.value).to.match(
      /^https:\/\/\$\{aws_cloudfront_distribution\.\w+\.domain_name\}$/,
    );
  });
});

function distribution(stack: Synthesised) {
  return stack.resource('aws_cloudfront_distribution') as {
    origin: Block[];
    default_cache_behavior: Block;
    ordered_cache_behavior: Block[];
    custom_error_response: Block[];
  };
}

function behaviorOf(stack: Synthesised, route: string): Block | undefined {
  const ending = `/${route}/*`;
  return distribution(stack).ordered_cache_behavior.find(({ path_pattern }) =>
    String(path_pattern).endsWith(ending),
  );
}

/** Returns the parameters and headers of a behaviour's key, and its times. */
function policyOf(stack: Synthesised, behavior: Block | undefined) {
  const [, id] = /aws_cloudfront_cache_policy\.([\w-]+)\.id/.exec(String(behavior?.cache_policy_id)) ?? [];
  const [, policy] = stack.resources('aws_cloudfront_cache_policy').find(([name]) => name === id) ?? [];
  const {
    min_ttl,
    default_ttl,
    max_ttl,
    parameters_in_cache_key_and_forwarded_to_origin: key,
  } = policy as {
    [name: string]: unknown;
    parameters_in_cache_key_and_forwarded_to_origin: {
      query_strings_config: { query_strings: { items: string[] } };
      headers_config: { headers?: { items: string[] } };
    };
  };
  return {
    names: key.query_strings_config.query_strings.items,
    headers: key.headers_config.headers,
    ttl: [min_ttl, default_ttl, max_ttl],
  };
}

/**
 * Matches as CloudFront does: a star is any number of characters, slashes too, and a question mark is one.
 */
function patternOf(behavior: Block | undefined): RegExp {
  const pattern = String(behavior?.path_pattern).replace(/[.~]/g, '\\$&');
  return new RegExp(`^${pattern.replace(/\*/g, '.*').replace(/\?/g, '.')}$`);
}

function statements(policy: unknown): readonly Statement[] {
  return (JSON.parse(String(policy)) as { Statement: Statement[] }).Statement;
}
