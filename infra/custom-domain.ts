import { Fn, type TerraformProvider } from 'cdktn';
import { Construct } from 'constructs';
import { Existing, Resource } from './aws/resource.ts';

export type DomainOptions = {
  readonly domain: string;
  /** The name of the zone; null if its addresses are somewhere else. */
  readonly hostedZone: string | null;
  /** Null requests one, which takes the zone. */
  readonly certificateArn: string | null;
  /** Of us-east-1, the only region whose certificates CloudFront takes. */
  readonly provider: TerraformProvider;
};

/** The name under which CloudFront answers: its certificate, and its addresses in Route 53. */
export class CustomDomain extends Construct {
  readonly name: string;
  readonly certificateArn: string;
  readonly #zoneId: string | null;

  constructor(scope: Construct, id: string, options: DomainOptions) {
    super(scope, id);
    const { domain, hostedZone, certificateArn } = options;
    this.name = domain;
    this.#zoneId =
      hostedZone === null
        ? null
        : new Existing(this, 'zone', 'aws_route53_zone', { name: hostedZone }).get('zone_id');
    this.certificateArn = certificateArn ?? this.#certificate(options);
  }

  /** Makes the name lead to the distribution, where there is a zone. */
  leadTo(distribution: { readonly domainName: string; readonly zoneId: string }): void {
    if (this.#zoneId === null) return;
    for (const type of ['A', 'AAAA']) {
      new Resource(this, type, 'aws_route53_record', {
        zone_id: this.#zoneId,
        name: this.name,
        type,
        alias: { name: distribution.domainName, zone_id: distribution.zoneId, evaluate_target_health: false },
      });
    }
  }

  #certificate({ domain, provider }: DomainOptions): string {
    const meta = { provider };
    const certificate = new Resource(
      this,
      'certificate',
      'aws_acm_certificate',
      { domain_name: domain, validation_method: 'DNS' },
      { provider, lifecycle: { createBeforeDestroy: true } },
    );
    // One name has one proof.
    const proof = (part: string) => {
      const all = certificate.interpolationForAttribute('domain_validation_options');
      return Fn.lookup(Fn.element(Fn.tolist(all), 0), part);
    };
    const record = new Resource(this, 'proof', 'aws_route53_record', {
      zone_id: this.#zoneId ?? '',
      name: proof('resource_record_name'),
      type: proof('resource_record_type'),
      ttl: 300,
      records: [proof('resource_record_value')],
    });
    const validation = new Resource(
      this,
      'validation',
      'aws_acm_certificate_validation',
      {
        certificate_arn: certificate.get('arn'),
        validation_record_fqdns: [record.get('fqdn')],
      },
      meta,
    );
    return validation.get('certificate_arn');
  }
}
