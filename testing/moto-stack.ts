/** Terraform's JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type Fields = { [name: string]: Json };
type Stack = {
  resource: Record<string, Record<string, Fields>>;
  data?: { aws_s3_bucket?: Record<string, { lifecycle: { postcondition: { condition: string }[] } }> };
  terraform: { required_providers: { aws: Fields } };
};

// The applied stack differs from a real deployment only here and by two options: the stack itself knows
// nothing of tests. `differences` shows it, and a test compares it with a list.

/** Adapts the stack to an older provider. */
export function adaptToProvider(stack: Json, version: string): Json {
  const adapted = structuredClone(stack) as Stack;
  adapted.terraform.required_providers.aws.version = version;
  // New in 6.28.
  for (const block of Object.values(adapted.resource.aws_lambda_permission ?? {})) {
    delete block.invoked_via_function_url;
  }
  // Called `region` before 6.0.
  for (const { lifecycle } of Object.values(adapted.data?.aws_s3_bucket ?? {})) {
    for (const check of lifecycle.postcondition) {
      check.condition = check.condition.replace('self.bucket_region', 'self.region');
    }
  }
  return adapted;
}

/** Adapts the stack to moto. */
export function adaptToMoto(stack: Json): Json {
  const adapted = structuredClone(stack) as Stack;
  const policies = adapted.resource.aws_s3_bucket_policy ?? {};
  // moto reads no conditions of a policy: a denial without TLS denies every upload.
  for (const [name, { bucket }] of Object.entries(policies)) {
    if (/\.(media|code)_/.test(String(bucket))) delete policies[name];
  }
  if (Object.keys(policies).length === 0) delete adapted.resource.aws_s3_bucket_policy;
  // moto accepts these and forgets them, or takes no other value later.
  for (const block of Object.values(adapted.resource.aws_lambda_function ?? {})) {
    block.lifecycle = { ignore_changes: ['logging_config', 'kms_key_arn', 'tracing_config'] };
  }
  // moto takes no key away from a group again.
  for (const block of Object.values(adapted.resource.aws_cloudwatch_log_group ?? {})) delete block.kms_key_id;
  // moto does not know them.
  delete adapted.resource.aws_lambda_provisioned_concurrency_config;
  return adapted;
}

/** Lists the differences of two stacks, as `path: before → after`, without the numbers of logical names. */
export function differences(before: Json | undefined, after: Json | undefined, path = ''): string[] {
  if (isFields(before) && isFields(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)].sort());
    names.delete('//');
    return [...names].flatMap((name) => {
      const shown = name.replace(/_[0-9A-F]{8}$/, '');
      return differences(before[name], after[name], path === '' ? shown : `${path}.${shown}`);
    });
  }
  const [was, is] = [before, after].map(describe);
  return was === is ? [] : [`${path}: ${was} → ${is}`];
}

function describe(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (isFields(value) && Object.values(value).every((each) => isFields(each) && '//' in each)) {
    return `${Object.keys(value).length} of them`;
  }
  return isFields(value) && 'policy' in value ? 'a policy' : JSON.stringify(value);
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
