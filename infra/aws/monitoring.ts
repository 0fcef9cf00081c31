import type { Declared } from './resource.ts';

/** A condition on one metric of CloudWatch. */
export type AlarmArguments = {
  readonly alarm_name: string;
  readonly alarm_description: string;
  readonly namespace: string;
  readonly metric_name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** In seconds. */
  readonly period: number;
  readonly evaluation_periods: number;
  readonly treat_missing_data: 'notBreaching';
  readonly statistic?: 'Sum' | 'Maximum';
  readonly extended_statistic?: 'p95';
  readonly comparison_operator: 'GreaterThanThreshold' | 'GreaterThanOrEqualToThreshold';
  readonly threshold: number;
  readonly alarm_actions?: readonly string[];
  readonly ok_actions?: readonly string[];
};

export type MonitoringResources = {
  aws_cloudwatch_log_group: Declared<
    { readonly name: string; readonly retention_in_days: number; readonly kms_key_id?: string },
    'name' | 'arn'
  >;
  aws_cloudwatch_metric_alarm: Declared<AlarmArguments>;
  aws_cloudwatch_dashboard: Declared<{ readonly dashboard_name: string; readonly dashboard_body: string }>;
  aws_sqs_queue: Declared<
    {
      readonly name: string;
      readonly message_retention_seconds: number;
      readonly sqs_managed_sse_enabled?: boolean;
      readonly kms_master_key_id?: string;
    },
    'name' | 'arn'
  >;
};
