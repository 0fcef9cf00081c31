import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmConfig,
} from '@cdktn/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import { Construct } from 'constructs';

export type AlarmOptions = {
  readonly functionName: string;
  readonly timeoutSeconds: number;
  /** Null where the function shares what the account has. */
  readonly reservedConcurrency: number | null;
  /** Who is told; null where the alarms only show. */
  readonly topicArn: string | null;
};

/** What an account has in a region unless it asked for more. */
const ACCOUNT_CONCURRENCY = 1000;

/** Alarms on the function, each over five minutes. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, options: AlarmOptions) {
    super(scope, id);
    const { functionName, timeoutSeconds, reservedConcurrency, topicArn } = options;
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
      alarmDescription: 'Invocations that ended in a crash, past their time, or with a broken connection.',
      metricName: 'Errors',
      statistic: 'Sum',
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      // One broken file is no fault of the service.
      threshold: 5,
    });
    alarm('failures', {
      alarmDescription: 'Answers with 5xx, which the function gives without failing itself.',
      metricName: 'Url5xxCount',
      statistic: 'Sum',
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      threshold: 5,
    });
    alarm('throttles', {
      alarmDescription: 'Requests that were turned away because no instance was free.',
      metricName: 'Throttles',
      statistic: 'Sum',
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      threshold: 1,
    });
    alarm('duration', {
      alarmDescription: 'One answer in twenty takes more than four fifths of the time that it may take.',
      metricName: 'Duration',
      extendedStatistic: 'p95',
      comparisonOperator: 'GreaterThanThreshold',
      threshold: timeoutSeconds * 1000 * 0.8,
    });
    alarm('concurrency', {
      alarmDescription: 'Four fifths of the instances that there may be are at work.',
      metricName: 'ConcurrentExecutions',
      statistic: 'Maximum',
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      threshold: Math.max(1, Math.floor((reservedConcurrency ?? ACCOUNT_CONCURRENCY) * 0.8)),
    });
  }
}
