import { Construct } from 'constructs';
import type { AlarmArguments } from './aws/monitoring.ts';
import { Resource } from './aws/resource.ts';

export type AlarmOptions = {
  readonly functionName: string;
  readonly timeoutSeconds: number;
  /** Null if the function shares the account's concurrency. */
  readonly reservedConcurrency: number | null;
  /** In GB-seconds; null if there is none. */
  readonly dailyBudget: number | null;
  readonly memoryMegabytes: number;
  /** The topic that is notified; null if the alarms are only shown. */
  readonly topicArn: string | null;
  /** The queue of work that Lambda lost; null if there is none. */
  readonly lostEventsQueue: string | null;
};

type Common = 'alarm_name' | 'namespace' | 'dimensions' | 'evaluation_periods' | 'treat_missing_data';
type Condition = Omit<AlarmArguments, Common | 'period'> &
  Partial<Pick<AlarmArguments, 'period' | 'namespace' | 'dimensions'>>;

/** The default limit of an account in a region. */
export const ACCOUNT_CONCURRENCY = 1000;

/** Alarms on the function, each over five minutes; that of the budget over a day. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, options: AlarmOptions) {
    super(scope, id);
    const { functionName, timeoutSeconds, reservedConcurrency, topicArn } = options;
    const { dailyBudget, memoryMegabytes } = options;
    const alarm = (name: string, config: Condition) =>
      new Resource(this, name, 'aws_cloudwatch_metric_alarm', {
        alarm_name: `${functionName}-${name}`,
        namespace: 'AWS/Lambda',
        dimensions: { FunctionName: functionName },
        period: 300,
        evaluation_periods: 1,
        treat_missing_data: 'notBreaching',
        ...(topicArn === null ? {} : { alarm_actions: [topicArn], ok_actions: [topicArn] }),
        ...config,
      });
    alarm('errors', {
      alarm_description:
        'Invocations that ended in a crash, after their time limit, or with a broken connection.',
      metric_name: 'Errors',
      statistic: 'Sum',
      comparison_operator: 'GreaterThanOrEqualToThreshold',
      // One broken file is no fault of the service.
      threshold: 5,
    });
    alarm('failures', {
      alarm_description: 'Answers with 5xx from invocations that did not fail themselves.',
      metric_name: 'Url5xxCount',
      statistic: 'Sum',
      comparison_operator: 'GreaterThanOrEqualToThreshold',
      threshold: 5,
    });
    alarm('throttles', {
      alarm_description: 'Requests that were refused because no instance was free.',
      metric_name: 'Throttles',
      statistic: 'Sum',
      comparison_operator: 'GreaterThanOrEqualToThreshold',
      threshold: 1,
    });
    alarm('duration', {
      alarm_description: 'One answer in twenty takes more than four fifths of its time limit.',
      metric_name: 'Duration',
      extended_statistic: 'p95',
      comparison_operator: 'GreaterThanThreshold',
      threshold: timeoutSeconds * 1000 * 0.8,
    });
    alarm('concurrency', {
      alarm_description: 'Four fifths of the allowed instances are busy.',
      metric_name: 'ConcurrentExecutions',
      statistic: 'Maximum',
      comparison_operator: 'GreaterThanOrEqualToThreshold',
      threshold: Math.max(1, Math.floor((reservedConcurrency ?? ACCOUNT_CONCURRENCY) * 0.8)),
    });
    if (options.lostEventsQueue !== null) {
      alarm('lost-events', {
        alarm_description:
          'Work for an export that no instance took in time, or that failed, lies in the queue.',
        namespace: 'AWS/SQS',
        metric_name: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: options.lostEventsQueue },
        statistic: 'Maximum',
        comparison_operator: 'GreaterThanOrEqualToThreshold',
        threshold: 1,
      });
    }
    if (dailyBudget === null) return;
    alarm('budget', {
      alarm_description:
        'Four fifths of the GB-seconds of a day are used; beyond them nothing new is encoded.',
      metric_name: 'Duration',
      statistic: 'Sum',
      period: 86_400,
      comparison_operator: 'GreaterThanOrEqualToThreshold',
      // In milliseconds of the function.
      threshold: Math.floor((dailyBudget * 0.8 * 1000) / (memoryMegabytes / 1024)),
    });
  }
}
