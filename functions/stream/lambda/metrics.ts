import { costOfAnswer, type FunctionPrice } from '../base/prices.ts';
import type { LogFields } from '../base/request-context.ts';

/** What the line of a request in the log tells, as far as it is counted. */
export type RequestFields = {
  readonly status: number;
  readonly bytes: number;
  readonly milliseconds: number;
  /** Null if nothing was sent. */
  readonly firstByteMilliseconds: number | null;
  /** Time in which ffmpeg ran. */
  readonly ffmpegSeconds: number;
  readonly plan: string | null;
  /** What the player reports by CMCD; undefined if it reports nothing. */
  readonly cmcd?: Readonly<Record<string, unknown>>;
};

type Metric = {
  /** A unit of CloudWatch. */
  readonly unit: 'Count' | 'Milliseconds' | 'Bytes' | 'Seconds' | 'None';
  /** One line of docs/operating.md and the help of Prometheus. */
  readonly means: string;
  /** Null for a request that tells nothing about it. */
  readonly of: (fields: RequestFields, prices: Prices) => number | null;
  /** Whether it is counted for each plan as well: CloudWatch bills each as a metric of its own. */
  readonly isByPlan?: true;
};

const HOUR_MILLISECONDS = 3_600_000;

/** Plans of which nothing is ever cached: the object as it is, playlists, and no plan. */
const AS_IT_IS: ReadonlySet<string> = new Set(['none', 'passthrough', 'hls', 'dash']);

/** All that is measured of requests: CloudWatch's metrics, the dashboard, and Prometheus locally. */
export const METRICS = {
  Requests: { unit: 'Count', means: 'requests', isByPlan: true, of: () => 1 },
  FirstByte: {
    unit: 'Milliseconds',
    means: 'time until the first byte of the body was sent',
    isByPlan: true,
    of: ({ firstByteMilliseconds }) => firstByteMilliseconds,
  },
  Bytes: { unit: 'Bytes', means: 'bytes that were sent', of: ({ bytes }) => bytes },
  Cached: {
    unit: 'None',
    means: '1 for an output that was cached, 0 for one that was produced; the average is the ratio',
    of: ({ plan }) => (AS_IT_IS.has(planOf(plan)) ? null : Number(plan?.endsWith('; cached'))),
  },
  FfmpegSeconds: {
    unit: 'Seconds',
    means: 'time in which ffmpeg ran',
    of: ({ ffmpegSeconds }) => ffmpegSeconds,
  },
  Refusals: {
    unit: 'Count',
    means: 'answers with 4xx, and with 503 for what is beyond a limit',
    of: ({ status }) => Number((status >= 400 && status < 500) || status === 503),
  },
  EstimatedCost: {
    unit: 'None',
    means:
      'what AWS charges for the request, in US dollars: duration, request and transfer (docs/cost.md); behind CloudFront, which bills the transfer to viewers itself, without that',
    of: (fields, prices) => costOf(fields, prices),
  },
  StartupTime: {
    unit: 'Milliseconds',
    means: 'time from the wish to play to the first picture, as players report it (CMCD `msd`)',
    // Whatever a client sends: one absurd value would be the average of all.
    of: ({ cmcd }) =>
      typeof cmcd?.msd === 'number' && cmcd.msd >= 0 && cmcd.msd <= HOUR_MILLISECONDS ? cmcd.msd : null,
  },
  Stalls: {
    unit: 'Count',
    means: 'times that a buffer ran empty, as players report it (CMCD `bs`)',
    of: ({ cmcd }) => (cmcd === undefined ? null : Number(cmcd.bs === true)),
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];
export const NAMESPACE = 'Sluice';

/** Without its memory where the function does not know it. */
export type Prices = Omit<FunctionPrice, 'memoryGigabytes'> & { readonly memoryGigabytes: number | null };

/** Returns the first word of a plan: `transcode`, `copy`, `hls`, …; `none` for an answer without one. */
export function planOf(plan: string | null): string {
  return /^[a-z]+/.exec(plan ?? '')?.[0] ?? 'none';
}

/** Returns what the request was for each metric, without those that it tells nothing about. */
export function measure(fields: RequestFields, prices: Prices): ReadonlyMap<MetricName, number> {
  const values = METRIC_NAMES.map((name) => [name, METRICS[name].of(fields, prices)] as const);
  return new Map(values.filter((entry): entry is [MetricName, number] => entry[1] !== null));
}

/**
 * Returns fields that make a line of the log a carrier of metrics: CloudWatch's embedded metric format. It is
 * a few fields of JSON, so that no library has to be loaded, and no second line is written and billed.
 */
export function embeddedMetrics(
  fields: RequestFields,
  { functionName, prices, now }: { functionName: string; prices: Prices; now: number },
): LogFields {
  const values = measure(fields, prices);
  const directive = (dimensions: readonly string[], names: readonly MetricName[]) => ({
    Namespace: NAMESPACE,
    Dimensions: [dimensions],
    Metrics: names.map((Name) => ({ Name, Unit: METRICS[Name].unit })),
  });
  const names = [...values.keys()];
  const byPlan = names.filter((name) => 'isByPlan' in METRICS[name]);
  return {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [directive(['FunctionName'], names), directive(['FunctionName', 'Plan'], byPlan)],
    },
    FunctionName: functionName,
    Plan: planOf(fields.plan),
    ...Object.fromEntries(values),
  };
}

function costOf({ milliseconds, bytes }: RequestFields, prices: Prices): number | null {
  const { memoryGigabytes } = prices;
  if (memoryGigabytes === null) return null;
  return costOfAnswer({ seconds: milliseconds / 1000, bytes }, { ...prices, memoryGigabytes });
}
