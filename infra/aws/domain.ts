import type { Declared } from './resource.ts';

export type AcmResources = {
  aws_acm_certificate: Declared<
    { readonly domain_name: string; readonly validation_method: 'DNS' },
    'arn' | 'domain_validation_options'
  >;
  aws_acm_certificate_validation: Declared<
    { readonly certificate_arn: string; readonly validation_record_fqdns: readonly string[] },
    'certificate_arn'
  >;
};

export type Route53Resources = {
  aws_route53_record: Declared<
    {
      readonly zone_id: string;
      readonly name: string;
      readonly type: string;
      /** In seconds; an alias has none. */
      readonly ttl?: number;
      readonly records?: readonly string[];
      readonly alias?: {
        readonly name: string;
        readonly zone_id: string;
        readonly evaluate_target_health: boolean;
      };
    },
    'fqdn'
  >;
};

export type Route53Data = {
  aws_route53_zone: Declared<{ readonly name: string }, 'zone_id'>;
};
