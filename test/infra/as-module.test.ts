import { expect } from 'chai';
import { asModule, type SynthesisedStack } from '../../infra/as-module.ts';
import { type Block, synthesise } from '../../testing/synthesised.ts';

type Module = { locals: Record<string, Block>; resource: Record<string, Record<string, Block>> };

describe('asModule', () => {
  const environment = { PLAYER_PAGE: '1', MAX_GB_SECONDS_PER_DAY: '1000' };
  const stack = synthesise({ public: true, metrics: true, environment }).json as unknown as SynthesisedStack;
  const module = asModule(stack, {
    ...{ memoryMegabytes: 3008, timeoutSeconds: 900, logRetentionDays: 30, derivedExpiryDays: 30 },
    ...{ reservedConcurrency: 20, hasKeys: false, hasMediaBucket: false },
  }).module as unknown as Module;

  it('lets the caller replace settings of the options, and none of its own', () => {
    const [lambda] = Object.values(module.resource.aws_lambda_function ?? {});
    expect(lambda?.environment).to.deep.equal({
      variables: `\${merge(local.options, var.environment, local.settings)}`,
    });
    expect(module.locals.options).to.deep.equal(environment);
    expect(module.locals.settings)
      .to.include({ PUBLIC: '1', METRICS: '1' })
      .and.to.include.keys('MEDIA_BUCKET');
  });

  it('has alarms that follow its variables', () => {
    const alarms = Object.values(module.resource.aws_cloudwatch_metric_alarm ?? {});
    const thresholds = alarms.map(({ alarm_name: name, threshold }) => [
      String(name).split('-').at(-1),
      threshold,
    ]);
    expect(Object.fromEntries(thresholds)).to.deep.include({
      errors: 5,
      duration: `\${var.timeout_seconds * 800}`,
      concurrency: `\${max(1, floor((var.reserved_concurrency < 0 ? 1000 : var.reserved_concurrency) * 0.8))}`,
      // Some 800 GB-seconds of a function with 1 MB, in milliseconds.
      budget: `\${floor(819198720 / var.memory_megabytes)}`,
    });
  });
});
