import { Construct } from 'constructs';
import { Resource } from '../../../infra/aws/resource.ts';

/** The name of the version that answers; `npm run rollback` sets it on an earlier one. */
export const LIVE = 'live';

/** The alias to which the address leads, and the instances that are always ready for it. */
export class LiveAlias extends Construct {
  readonly name: string;

  constructor(
    scope: Construct,
    id: string,
    { functionName, version, ready }: { functionName: string; version: string; ready: number },
  ) {
    super(scope, id);
    const alias = new Resource(this, 'alias', 'aws_lambda_alias', {
      name: LIVE,
      function_name: functionName,
      function_version: version,
    });
    this.name = alias.get('name');
    if (ready === 0) return;
    new Resource(this, 'ready', 'aws_lambda_provisioned_concurrency_config', {
      function_name: functionName,
      qualifier: this.name,
      provisioned_concurrent_executions: ready,
    });
  }
}
