import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmConfig,
} from '@cdktn/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import { Construct } from 'constructs';

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
};

/** The default limit of an account in a region. */
const ACCOUNT_CONCURRENCY = 1000;

/** Alarms on the function, each over five minutes; that of the budget over a day. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, options: AlarmOptions) {
    super(scope, id);
    const { functionName, timeoutSeconds, reservedConcurrency, topicArn } = options;
    const { dailyBudget, memoryMegabytes } = options;
    const alarm = (
      name: string,
      config: Omit<CloudwatchMetricAlarmConfig, 'alarmName' | 'evaluationPeriods'>,
    ) =>
      new CloudwatchMetricAlarm(this, name, {
        alarmName: `${functionName}-${name}`,
        namespace: 'AWS/Lambda',
        dimensions: { FunctionName: functionName },
        period: 300,
        evaluationPeriods: 1,
        treatMissingData: 'notBreaching',
        ...(topicArn === null ? {} : { alarmActions: [topicArn], okActions: [topicArn] }),
        ...config,
      });
    alarm('errors', {
      alarmDescription:
        'Invocations that ended in a crash, after their time limit, or with a broken connection.',
      metricName: 'Errors',
      statistic: 'Sum',
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      // One broken file is no fault of the service.
      threshold: 5,
    });
    alarm('failures', {
      alarmDescription: 'Answers with 5xx from invocations that did not fail themselves.',
      metricName: 'Url5xxCount',
      statistic: 'Sum',
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      threshold: 5,
    });
    alarm('throttles', {
      alarmDescription: 'Requests that were refused because no instance was free.',
      metricName: 'Throttles',
      statistic: 'Sum',
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      threshold: 1,
    });
    alarm('duration', {
      alarmDescription: 'One answer in twenty takes more than four fifths of its time limit.',
      metricName: 'Duration',
      extendedStatistic: 'p95',
      comparisonOperator: 'GreaterThanThreshold',
      threshold: timeoutSeconds * 1000 * 0.8,
    });
    alarm('concurrency', {
      alarmDescription: 'Four fifths of the allowed instances are busy.',
      metricName: 'ConcurrentExecutions',
      statistic: 'Maximum',
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      threshold: Math.max(1, Math.floor((reservedConcurrency ?? ACCOUNT_CONCURRENCY) * 0.8)),
    });
    if (dailyBudget === null) return;
    alarm('budget', {
      alarmDescription:
        'Four fifths of the GB-seconds of a day are used; beyond them nothing new is encoded.',
      metricName: 'Duration',
      statistic: 'Sum',
      period: 86_400,
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      // In milliseconds of the function.
      threshold: Math.floor((dailyBudget * 0.8 * 1000) / (memoryMegabytes / 1024)),
    });
  }
}
