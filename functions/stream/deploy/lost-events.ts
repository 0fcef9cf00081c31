import { Construct } from 'constructs';
import { Resource } from '../../../infra/aws/resource.ts';

const FOURTEEN_DAYS = 1_209_600;

/** A queue with the work for exports that Lambda could give to no instance in time, or whose invocation failed. */
export class LostEvents extends Construct {
  readonly arn: string;
  readonly name: string;

  constructor(
    scope: Construct,
    id: string,
    { name, kmsKeyArn }: { readonly name: string; readonly kmsKeyArn: string | null },
  ) {
    super(scope, id);
    const queue = new Resource(this, 'queue', 'aws_sqs_queue', {
      name: `${name}-lost-events`,
      message_retention_seconds: FOURTEEN_DAYS,
      ...(kmsKeyArn === null ? { sqs_managed_sse_enabled: true } : { kms_master_key_id: kmsKeyArn }),
    });
    this.arn = queue.get('arn');
    this.name = queue.get('name');
  }
}
