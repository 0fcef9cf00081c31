import '../infra/quiet-sdk.ts';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { readOptions } from '../infra/read-options.ts';
import { nameOf, troubleOf } from './aws-trouble.ts';

/** A deployed service, as commands find it: by its name and region. */
export type Deployment = {
  readonly name: string;
  readonly region: string;
};

export type DeployedFunction = {
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMegabytes: number;
  readonly architecture: 'arm64' | 'x86_64';
};

/** The options with which every command finds its deployment. */
export const DEPLOYMENT_OPTIONS = { name: { type: 'string' }, region: { type: 'string' } } as const;

export const DEPLOYMENT_USAGE = `  --name NAME       which deployment (the option name of cdktf.json)
  --region REGION   where it is (the option region)
`;

/** Takes what is not given from cdktf.json. Throws an Error with one sentence. */
export function deploymentOf(given: {
  readonly name?: string | undefined;
  readonly region?: string | undefined;
}): Deployment {
  const options = readOptions();
  return { name: given.name ?? options.name, region: given.region ?? options.region };
}

/** Reads the configuration of the function. Throws an Error with one sentence if there is none. */
export async function findFunction({ name, region }: Deployment): Promise<DeployedFunction> {
  const client = new LambdaClient({ region });
  try {
    const found = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    return {
      environment: found.Environment?.Variables ?? {},
      memoryMegabytes: found.MemorySize ?? 0,
      architecture: found.Architectures?.[0] === 'arm64' ? 'arm64' : 'x86_64',
    };
  } catch (cause) {
    const none = `There is no function ${name} in ${region} that you may see (${nameOf(cause)}).`;
    throw new Error(troubleOf(cause, region) ?? none, { cause });
  } finally {
    client.destroy();
  }
}
