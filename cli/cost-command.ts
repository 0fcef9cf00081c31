import { parseArgs } from 'node:util';
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { gigabyteSecondPrice, PRICES } from '../functions/stream/base/prices.ts';
import { NAMESPACE } from '../functions/stream/lambda/metrics.ts';
import { DEPLOYMENT_OPTIONS, DEPLOYMENT_USAGE, deploymentOf, findFunction } from './deployment.ts';

export const COST_USAGE = `Usage: npx sluice cost [--days N] [options]

Estimates what the function has cost, from CloudWatch's own numbers and the prices of docs/cost.md:
duration, requests, and transfer to viewers as it is billed without CloudFront.

  --days N          how many days until now, 1 to 90 (7)
${DEPLOYMENT_USAGE}`;

const DAY_SECONDS = 86_400;

/** Returns a table. Throws an Error with one sentence. */
export async function cost(args: readonly string[], now: number): Promise<string> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...DEPLOYMENT_OPTIONS,
      days: { type: 'string', default: '7' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return COST_USAGE;
  if (!/^([1-9]|[1-8]\d|90)$/.test(values.days))
    throw new Error('--days must be a whole number from 1 to 90.');
  const deployment = deploymentOf(values);
  const { memoryMegabytes, architecture, environment } = await findFunction(deployment);
  const client = new CloudWatchClient({ region: deployment.region });
  try {
    const EndTime = new Date(now);
    const StartTime = new Date(now - Number(values.days) * DAY_SECONDS * 1000);
    const sum = async (Namespace: string, MetricName: string): Promise<number | null> => {
      const { Datapoints = [] } = await client.send(
        new GetMetricStatisticsCommand({
          ...{ Namespace, MetricName, StartTime, EndTime },
          Dimensions: [{ Name: 'FunctionName', Value: deployment.name }],
          Period: DAY_SECONDS,
          Statistics: ['Sum'],
        }),
      );
      return Datapoints.length === 0 ? null : Datapoints.reduce((all, { Sum = 0 }) => all + Sum, 0);
    };
    const milliseconds = (await sum('AWS/Lambda', 'Duration')) ?? 0;
    const invocations = (await sum('AWS/Lambda', 'Invocations')) ?? 0;
    const gigabyteSeconds = (milliseconds / 1000) * (memoryMegabytes / 1024);
    const price = gigabyteSecondPrice(architecture);
    const bytes = await sum(NAMESPACE, 'Bytes');
    const [requests, duration] = [(invocations * PRICES.perMillionRequests) / 1e6, gigabyteSeconds * price];
    const sent = transferOf(bytes, environment.BEHIND_CDN === '1');
    return table([
      ['invocations', invocations.toFixed(0), dollars(requests)],
      ['GB-seconds', gigabyteSeconds.toFixed(0), dollars(duration)],
      ['GB sent', bytes === null ? 'unknown' : (bytes / 1e9).toFixed(1), sent.says],
      // Not the metric EstimatedCost, in which only requests are: exports are encoded by other invocations.
      ['all of it', '', dollars(requests + duration + sent.price)],
    ]);
  } finally {
    client.destroy();
  }
}

/** Returns what Lambda's transfer costs, in dollars as far as it is known; null bytes without metrics. */
function transferOf(bytes: number | null, isBehindCdn: boolean): { price: number; says: string } {
  if (isBehindCdn) return { price: 0, says: 'CloudFront bills it by itself' };
  if (bytes === null) return { price: 0, says: 'set the option metrics to know it' };
  const price = (bytes / 1e9) * PRICES.perSentGigabyte;
  return { price, says: dollars(price) };
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

function table(rows: readonly (readonly [string, string, string])[]): string {
  return rows.map(([what, count, price]) => `${what.padEnd(12)} ${count.padStart(12)}  ${price}\n`).join('');
}
