import './quiet-sdk.ts';
import { parseArgs } from 'node:util';
import {
  GetAliasCommand,
  LambdaClient,
  paginateListVersionsByFunction,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { LIVE } from '../functions/stream/deploy/live-alias.ts';
import { deploymentsOf } from './options.ts';
import { readOptions } from './read-options.ts';

// `npm run rollback [-- VERSION]`: leads the address to the version before the one that answers, or to the
// given one. The next `npm run deploy` leads it to the newest again.
try {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [wanted, ...others] = positionals;
  if (others.length > 0 || (wanted !== undefined && !/^[1-9]\d{0,9}$/.test(wanted))) {
    throw new Error('Give one VERSION, a whole number, or nothing: npm run rollback -- 3');
  }
  const options = readOptions();
  if (!options.versions) throw new Error('There is nothing to go back to without the option versions.');
  for (const { name, region } of deploymentsOf(options)) await rollBack(name, region, wanted ?? null);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function rollBack(FunctionName: string, region: string, wanted: string | null): Promise<void> {
  const client = new LambdaClient({ region });
  try {
    const { FunctionVersion: current = '' } = await client.send(
      new GetAliasCommand({ FunctionName, Name: LIVE }),
    );
    const versions: number[] = [];
    for await (const { Versions = [] } of paginateListVersionsByFunction({ client }, { FunctionName })) {
      versions.push(...Versions.map(({ Version }) => Number(Version)).filter(Number.isFinite));
    }
    const earlier = versions.filter((version) => version < Number(current));
    const chosen = wanted === null ? Math.max(...earlier) : Number(wanted);
    if (!versions.includes(chosen)) {
      const which = wanted === null ? `one before ${current}` : `version ${wanted}`;
      throw new Error(
        `There is no ${which} of ${FunctionName} in ${region}; there are ${versions.join(', ')}.`,
      );
    }
    await client.send(new UpdateAliasCommand({ FunctionName, Name: LIVE, FunctionVersion: String(chosen) }));
    process.stdout.write(`${FunctionName} in ${region}: version ${chosen} answers instead of ${current}.\n`);
  } finally {
    client.destroy();
  }
}
