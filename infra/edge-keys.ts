import { CloudfrontKeyValueStore } from '@cdktn/provider-aws/lib/cloudfront-key-value-store/index.js';
import { CloudfrontkeyvaluestoreKeysExclusive } from '@cdktn/provider-aws/lib/cloudfrontkeyvaluestore-keys-exclusive/index.js';
import { DataAwsSsmParameter } from '@cdktn/provider-aws/lib/data-aws-ssm-parameter/index.js';
import { Construct } from 'constructs';

/**
 * The signing keys in the store that CloudFront Functions read: each deployment makes the store hold exactly
 * the keys of the parameter, by their ids. They pass through Terraform, whose state contains them as well.
 */
export class EdgeKeys extends Construct {
  readonly storeArn: string;

  constructor(scope: Construct, id: string, options: { readonly name: string; readonly parameter: string }) {
    super(scope, id);
    const parameter = new DataAwsSsmParameter(this, 'parameter', { name: options.parameter });
    const store = new CloudfrontKeyValueStore(this, 'store', {
      name: `${options.name}-signing-keys`,
      comment: 'Keys that sign addresses, by their ids',
    });
    this.storeArn = store.arn;
    const keys = new CloudfrontkeyvaluestoreKeysExclusive(this, 'keys', { keyValueStoreArn: store.arn });
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
