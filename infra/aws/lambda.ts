import type { Declared } from './resource.ts';

export type LambdaResources = {
  aws_lambda_function: Declared<
    {
      readonly function_name: string;
      readonly description: string;
      readonly runtime: string;
      readonly architectures: readonly string[];
      readonly handler: string;
      readonly s3_bucket: string;
      readonly s3_key: string;
      readonly source_code_hash: string;
      readonly layers: readonly string[];
      readonly role: string;
      readonly memory_size: number;
      readonly timeout: number;
      readonly ephemeral_storage: { readonly size: number };
      readonly reserved_concurrent_executions?: number;
      readonly environment: { readonly variables: Readonly<Record<string, string>> };
      readonly logging_config: {
        readonly log_format: 'JSON';
        readonly application_log_level: string;
        readonly log_group: string;
      };
      readonly kms_key_arn?: string;
      readonly publish?: boolean;
      readonly tracing_config: { readonly mode: 'Active' | 'PassThrough' };
    },
    'function_name' | 'arn' | 'version'
  >;
  aws_lambda_layer_version: Declared<
    {
      readonly layer_name: string;
      readonly s3_bucket: string;
      readonly s3_key: string;
      readonly source_code_hash: string;
      readonly compatible_architectures: readonly string[];
      readonly compatible_runtimes: readonly string[];
    },
    'arn'
  >;
  aws_lambda_alias: Declared<
    { readonly name: string; readonly function_name: string; readonly function_version: string },
    'name' | 'arn'
  >;
  aws_lambda_provisioned_concurrency_config: Declared<{
    readonly function_name: string;
    readonly qualifier: string;
    readonly provisioned_concurrent_executions: number;
  }>;
  aws_lambda_function_event_invoke_config: Declared<{
    readonly function_name: string;
    readonly qualifier?: string;
    readonly maximum_retry_attempts: number;
    readonly maximum_event_age_in_seconds: number;
    readonly destination_config?: { readonly on_failure: { readonly destination: string } };
  }>;
  aws_lambda_function_url: Declared<
    {
      readonly function_name: string;
      readonly qualifier?: string;
      readonly authorization_type: 'NONE' | 'AWS_IAM';
      readonly invoke_mode: 'RESPONSE_STREAM';
    },
    'function_url'
  >;
  aws_lambda_permission: Declared<{
    readonly function_name: string;
    readonly qualifier?: string;
    readonly action: string;
    readonly principal: string;
    readonly source_arn?: string;
    readonly function_url_auth_type?: string;
    readonly invoked_via_function_url?: boolean;
  }>;
};
