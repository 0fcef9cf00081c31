import {
  type ITerraformDependable,
  TerraformDataSource,
  type TerraformProvider,
  TerraformResource,
  type TerraformResourceLifecycle,
} from 'cdktn';
import type { Construct } from 'constructs';
import type { CloudFrontResources } from './cloudfront.ts';
import type { AcmResources, Route53Data, Route53Resources } from './domain.ts';
import type { IamData, IamResources } from './iam.ts';
import type { LambdaResources } from './lambda.ts';
import type { MonitoringResources } from './monitoring.ts';
import type { S3Data, S3Resources } from './s3.ts';

/**
 * What the stack uses of the provider `hashicorp/aws`, in the provider's own names: arguments that can be
 * given, and attributes that can be read. Bindings for all of AWS are 476 MB; `terraform validate` with the
 * real provider checks these in CI.
 */
type Resources = S3Resources &
  LambdaResources &
  IamResources &
  MonitoringResources &
  CloudFrontResources &
  AcmResources &
  Route53Resources;
type Data = S3Data & IamData & Route53Data;

/** A kind of resource, as the tables beside this file list them. */
export type Declared<Arguments, Attribute extends string = never> = {
  readonly arguments: Arguments;
  readonly attribute: Attribute;
};

type Meta = {
  readonly dependsOn?: ITerraformDependable[];
  readonly lifecycle?: TerraformResourceLifecycle;
  readonly provider?: TerraformProvider;
};

/** One resource of AWS. */
export class Resource<Type extends keyof Resources> extends TerraformResource {
  readonly #arguments: Resources[Type]['arguments'];

  constructor(
    scope: Construct,
    id: string,
    type: Type,
    given: Resources[Type]['arguments'],
    meta: Meta = {},
  ) {
    super(scope, id, { terraformResourceType: type, terraformGeneratorMetadata: GENERATOR, ...meta });
    this.#arguments = given;
  }

  /** Returns a reference to an attribute, which Terraform knows once it has created the resource. */
  get(attribute: Resources[Type]['attribute']): string {
    return this.getStringAttribute(attribute);
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { ...this.#arguments };
  }
}

/** Something in AWS that exists already, which Terraform looks up. */
export class Existing<Type extends keyof Data> extends TerraformDataSource {
  readonly #arguments: Data[Type]['arguments'];

  constructor(scope: Construct, id: string, type: Type, given: Data[Type]['arguments'], meta: Meta = {}) {
    super(scope, id, { terraformResourceType: type, terraformGeneratorMetadata: GENERATOR, ...meta });
    this.#arguments = given;
  }

  get(attribute: Data[Type]['attribute']): string {
    return this.getStringAttribute(attribute);
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { ...this.#arguments };
  }
}

const GENERATOR = { providerName: 'aws' };
