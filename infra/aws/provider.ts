import { TerraformProvider } from 'cdktn';
import type { Construct } from 'constructs';

type ProviderOptions = {
  readonly region: string;
  readonly version: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Distinguishes a second one, for another region. */
  readonly alias?: string;
};

/** Terraform's provider for AWS. */
export class AwsProvider extends TerraformProvider {
  readonly #options: ProviderOptions;

  constructor(scope: Construct, id: string, options: ProviderOptions) {
    super(scope, id, {
      terraformResourceType: 'aws',
      terraformGeneratorMetadata: { providerName: 'aws', providerVersion: options.version },
      terraformProviderSource: 'hashicorp/aws',
    });
    this.#options = options;
  }

  override get alias(): string | undefined {
    return this.#options.alias;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    const { region, tags } = this.#options;
    return { region, default_tags: [{ tags }] };
  }
}
