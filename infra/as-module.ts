import { basename } from 'node:path';
import { DEPLOYABLE_SETTINGS } from '../functions/stream/config/settings.ts';
import { ACCOUNT_CONCURRENCY } from './alarms.ts';

type Block = Record<string, unknown>;
type Kinds = Record<string, Record<string, Block>>;

/** The JSON that the CDK synthesises, as far as it is rewritten here. */
export type SynthesisedStack = {
  readonly terraform: {
    readonly required_providers: Record<string, Block>;
    readonly required_version: string;
  };
  readonly resource: Kinds;
  readonly data?: Kinds;
  readonly output: Record<string, Block>;
};

/** Texts that stand for variables while the stack is synthesised, and what replaces them. */
export const STAND_INS = {
  name: ['zq-name-zq', `\${var.name}`],
  region: ['zq-region-zq', `\${data.aws_region.current.name}`],
  keysParameter: ['/zq-keys-zq', `\${var.signing_keys_parameter}`],
  mediaBucket: ['zq-media-zq', `\${var.media_bucket}`],
} as const;

export type ModuleDefaults = {
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly logRetentionDays: number;
  readonly derivedExpiryDays: number;
  readonly reservedConcurrency: number | null;
  readonly hasKeys: boolean;
  readonly hasMediaBucket: boolean;
};

/**
 * Turns a synthesised stack into a module: without provider and backend, which are the caller's, with
 * variables, and with its zips beside it.
 */
export function asModule(
  stack: SynthesisedStack,
  defaults: ModuleDefaults,
): { readonly module: Block; readonly zips: readonly string[] } {
  const { resource, data, output, terraform } = structuredClone(stack);
  const zips: string[] = [];
  for (const object of blocks(resource, 'aws_s3_object')) {
    zips.push(String(object.source));
    object.source = `\${path.module}/${basename(String(object.source))}`;
  }
  const locals = useVariables(resource, defaults);
  const { aws, ...others } = terraform.required_providers;
  // The caller pins the version; the first that can open a URL.
  const own: Block = { ...aws, version: '>= 6.28.0' };
  const usesAnother = JSON.stringify(resource).includes('"provider":"aws.us-east-1"');
  if (usesAnother) own.configuration_aliases = ['aws.us-east-1'];
  const module = {
    terraform: {
      required_version: terraform.required_version,
      required_providers: { ...others, aws: own },
    },
    variable: variablesOf(defaults),
    locals,
    data: { ...data, aws_region: { current: {} } },
    resource,
    output: Object.fromEntries(Object.entries(output).map(([name, { value }]) => [name, { value }])),
  };
  let text = JSON.stringify(module, (key, value) => (key === '//' ? undefined : value));
  for (const [standIn, variable] of Object.values(STAND_INS)) text = text.replaceAll(standIn, variable);
  return { module: JSON.parse(text), zips };
}

/** Replaces what differs between deployments, and returns the locals that this needs. */
function useVariables(resource: Kinds, { memoryMegabytes }: ModuleDefaults): Block {
  let locals: Block = {};
  for (const lambda of blocks(resource, 'aws_lambda_function')) {
    lambda.memory_size = `\${var.memory_megabytes}`;
    lambda.timeout = `\${var.timeout_seconds}`;
    lambda.reserved_concurrent_executions = `\${var.reserved_concurrency}`;
    const { variables } = lambda.environment as { variables: Record<string, unknown> };
    const isOption = ([name]: [string, unknown]) => DEPLOYABLE_SETTINGS.some((each) => each === name);
    const entries = Object.entries(variables);
    locals = {
      options: Object.fromEntries(entries.filter(isOption)),
      settings: Object.fromEntries(entries.filter((entry) => !isOption(entry))),
    };
    // The caller's settings replace those of the options, and none that the module's resources depend on.
    lambda.environment = { variables: `\${merge(local.options, var.environment, local.settings)}` };
  }
  for (const group of blocks(resource, 'aws_cloudwatch_log_group')) {
    group.retention_in_days = `\${var.log_retention_days}`;
  }
  for (const { rule } of blocks(resource, 'aws_s3_bucket_lifecycle_configuration')) {
    for (const each of rule as Block[]) {
      if (each.expiration !== undefined) each.expiration = [{ days: `\${var.derived_expiry_days}` }];
    }
  }
  for (const alarm of blocks(resource, 'aws_cloudwatch_metric_alarm')) {
    const heard = `\${var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]}`;
    Object.assign(alarm, { alarm_actions: heard, ok_actions: heard });
    alarm.threshold = thresholdOf(alarm, memoryMegabytes);
  }
  return locals;
}

/** Returns what follows from variables; four fifths of them, as in the stack (`alarms.ts`). */
function thresholdOf(
  { metric_name: metric, threshold, extended_statistic: isShare }: Block,
  megabytes: number,
) {
  if (metric === 'Duration' && isShare !== undefined) return `\${var.timeout_seconds * 800}`;
  // The budget, in milliseconds of a function of that memory.
  if (metric === 'Duration') return `\${floor(${Number(threshold) * megabytes} / var.memory_megabytes)}`;
  if (metric !== 'ConcurrentExecutions') return threshold;
  const allowed = `(var.reserved_concurrency < 0 ? ${ACCOUNT_CONCURRENCY} : var.reserved_concurrency)`;
  return `\${max(1, floor(${allowed} * 0.8))}`;
}

function variablesOf(defaults: ModuleDefaults): Block {
  const number = (description: string, fallback: number) => ({
    type: 'number',
    description,
    default: fallback,
  });
  const text = (description: string) => ({ type: 'string', description });
  return {
    name: {
      ...text('The prefix of all names.'),
      validation: [
        {
          condition: `\${can(regex("^[a-z][a-z0-9-]{0,25}[a-z0-9]$", var.name))}`,
          error_message: 'The name must have 2 to 27 characters of a-z, 0-9 and -.',
        },
      ],
    },
    ...(defaults.hasKeys
      ? { signing_keys_parameter: text('The SSM parameter with the signing keys, such as /sluice/keys.') }
      : {}),
    ...(defaults.hasMediaBucket ? { media_bucket: text('The bucket with the media.') } : {}),
    environment: {
      type: 'map(string)',
      description: 'Settings of the function, such as PLAYER_PAGE.',
      default: {},
    },
    memory_megabytes: number('512 to 10240; 1769 are one CPU.', defaults.memoryMegabytes),
    timeout_seconds: number('10 to 900.', defaults.timeoutSeconds),
    reserved_concurrency: number(
      'How many instances at most; -1 for as many as the account has.',
      defaults.reservedConcurrency ?? -1,
    ),
    log_retention_days: number('For how many days the log is stored.', defaults.logRetentionDays),
    derived_expiry_days: number('Days after which outputs are deleted.', defaults.derivedExpiryDays),
    alarm_topic_arn: { ...text('The SNS topic that hears of alarms.'), default: null },
  };
}

function blocks(resource: Kinds, kind: string): readonly Block[] {
  return Object.values(resource[kind] ?? {});
}
