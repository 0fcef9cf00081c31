import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackId } from '../../infra/stack-id.ts';
import { type Aws, REGION, startAws } from '../../testing/moto.ts';
import { adaptToMoto, adaptToProvider, type Json } from '../../testing/moto-stack.ts';
import { providerMirror } from '../../testing/provider-mirror.ts';
import { runMain } from '../../testing/run-main.ts';
import { type Terraform, terraformIn } from '../../testing/terraform.ts';

type Context = Readonly<Record<string, unknown>>;

/** One deployment in a folder and an AWS of its own. */
export type Deployment = {
  /** The name of the function, with which all names begin. */
  readonly name: string;
  readonly aws: Aws;
  readonly terraform: Terraform;
  /** The folder for what is unpacked and recorded. */
  readonly directory: string;
  readonly providerVersion: string;
  /**
   * Synthesises as a person does, with options added to those that the tests need; then adapts the result to
   * the provider at hand, and to moto if it will be applied. Returns what Terraform gets.
   */
  synthesise(options: Context, use: 'apply' | 'validate'): Promise<Json>;
  /** Synthesises what a person gets who sets only these options. */
  synthesiseReal(options: Context): Promise<Json>;
  output(name: string): Promise<string>;
  /** Lists what exists in AWS, by kind. */
  inventory(): Promise<Record<string, string>>;
  /** Removes the folder; AWS ends after the last test. */
  close(): Promise<void>;
};

// The layer's programs run on this machine.
const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'x86_64';

/** Needs the parts `terraform`, `moto` and `provider`. */
export async function startDeployment(): Promise<Deployment> {
  const mirror = providerMirror();
  if (mirror === null) throw new Error('There is no provider for AWS.');
  const directory = await mkdtemp(join(tmpdir(), 'sluice-deploy-'));
  const aws = await startAws();
  // Another run may use the same AWS_ENDPOINT_URL.
  const name = `sluice-${process.pid}`;
  const stack = join(directory, 'cdktf.out/stacks', stackId({ name, region: REGION }));
  const terraform = terraformIn(stack, aws.environment);
  // The newest that the provider at hand accepts.
  const common = { name, architecture: ARCHITECTURE, runtime: 'nodejs22.x' };

  async function synthesise(options: Context): Promise<Json> {
    const { code, stderr, stdout } = await runMain(directory, options);
    if (code !== 0) throw new Error(`Synthesis ended with ${code}: ${stderr}`);
    console.log(`      ${stdout.trim()}`);
    return JSON.parse(await readFile(join(stack, 'cdk.tf.json'), 'utf8'));
  }

  const deployment: Deployment = {
    name,
    aws,
    terraform,
    directory,
    providerVersion: mirror.version,
    synthesiseReal: (options) => synthesise({ name, architecture: ARCHITECTURE, ...options }),
    async synthesise(options, use) {
      const provided = adaptToProvider(await synthesise({ ...common, ...options }), mirror.version);
      const adapted = use === 'apply' ? adaptToMoto(provided) : provided;
      await writeFile(join(stack, 'cdk.tf.json'), JSON.stringify(adapted));
      return adapted;
    },
    output: async (output) => (await terraform('output', '-raw', output)).trim(),
    inventory: async () => ({
      functions: await aws.call({ service: 'lambda', path: '/2015-03-31/functions/' }),
      layers: await aws.call({ service: 'lambda', path: '/2018-10-31/layers' }),
      buckets: await aws.call({ service: 's3' }),
      roles: await aws.call({ service: 'iam', body: 'Action=ListRoles&Version=2010-05-08' }),
      queues: await aws.call({ service: 'sqs', body: 'Action=ListQueues&Version=2012-11-05' }),
      alarms: await aws.call({ service: 'monitoring', body: 'Action=DescribeAlarms&Version=2010-08-01' }),
      logs: await aws.call({ service: 'logs', body: '{}', target: 'Logs_20140328.DescribeLogGroups' }),
    }),
    close: () => rm(directory, { recursive: true, force: true }),
  };
  await deployment.synthesise({}, 'apply');
  await terraform('init', `-plugin-dir=${mirror.directory}`);
  return deployment;
}
