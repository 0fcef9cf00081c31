import type { Declared } from './resource.ts';

export type IamResources = {
  aws_iam_role: Declared<{ readonly name: string; readonly assume_role_policy: string }, 'name' | 'arn'>;
  aws_iam_role_policy: Declared<{ readonly name: string; readonly role: string; readonly policy: string }>;
  aws_kms_key: Declared<
    { readonly description: string; readonly enable_key_rotation: boolean; readonly policy: string },
    'arn' | 'key_id'
  >;
};

export type IamData = {
  aws_caller_identity: Declared<Readonly<Record<string, never>>, 'account_id'>;
  aws_ssm_parameter: Declared<{ readonly name: string }, 'value'>;
};
