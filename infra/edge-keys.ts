import { Construct } from 'constructs';
import { Existing, Resource } from './aws/resource.ts';

/**
 * The signing keys in the store that CloudFront Functions read: each deployment makes the store hold exactly
 * the keys of the parameter, by their ids. They pass through Terraform, whose state contains them as well.
 */
export class EdgeKeys extends Construct {
  readonly storeArn: string;

  constructor(scope: Construct, id: string, options: { readonly name: string; readonly parameter: string }) {
    super(scope, id);
    const parameter = new Existing(this, 'parameter', 'aws_ssm_parameter', { name: options.parameter });
    const store = new Resource(this, 'store', 'aws_cloudfront_key_value_store', {
      name: `${options.name}-signing-keys`,
      comment: 'Keys that sign addresses, by their ids',
    });
    this.storeArn = store.get('arn');
    const keys = new Resource(this, 'keys', 'aws_cloudfrontkeyvaluestore_keys_exclusive', {
      key_value_store_arn: this.storeArn,
    });
    keys.addOverride('dynamic.resource_key_value_pair', {
      for_each: `\${${entriesOf(`data.aws_ssm_parameter.${parameter.friendlyUniqueId}.value`)}}`,
      content: {
        key: `\${resource_key_value_pair.value[0]}`,
        value: `\${resource_key_value_pair.value[1]}`,
      },
    });
  }
}

/** Parses as `parseSigningKeys` does: an entry of another form stops the plan. */
function entriesOf(text: string): string {
  const list = `split(",", replace(trimspace(${text}), "/\\\\s*[,\\\\n]\\\\s*/", ","))`;
  return `[for entry in ${list} : regex("^([a-z0-9_-]{1,32}):([A-Za-z0-9+/=_-]{32,256})$", entry)]`;
}
