import type { MetricName } from '../functions/stream/lambda/metrics.ts';
import { METRICS, NAMESPACE } from '../functions/stream/lambda/metrics.ts';

type Widget = {
  readonly type: 'metric' | 'log';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
};

export type Dashboard = { readonly widgets: readonly Widget[] };

/** Of the 24 columns of a dashboard. */
const WIDTH = 8;
const HEIGHT = 6;

type Graph = readonly [title: string, metrics: readonly (readonly unknown[])[], stat: string];

/** Returns a dashboard of what the function measures, of Lambda's own metrics, and of viewers. */
export function dashboardOf({
  functionName,
  region,
  logGroup,
}: {
  readonly functionName: string;
  readonly region: string;
  readonly logGroup: string;
}): Dashboard {
  const of = (name: MetricName, label: string, stat?: string) => [
    NAMESPACE,
    name,
    'FunctionName',
    functionName,
    { label, ...(stat === undefined ? {} : { stat }) },
  ];
  // Whatever plans there are.
  const byPlan = (name: MetricName, stat: string) => [
    {
      expression: `SEARCH('{${NAMESPACE},FunctionName,Plan} MetricName="${name}" FunctionName="${functionName}"', '${stat}', 300)`,
      label: '',
    },
  ];
  const lambda = (name: string, stat: string) => [
    'AWS/Lambda',
    name,
    'FunctionName',
    functionName,
    { stat, label: name },
  ];
  const graphs: readonly Graph[] = [
    ['Requests by plan', [byPlan('Requests', 'Sum')], 'Sum'],
    ['First byte by plan (ms, 95 of 100)', [byPlan('FirstByte', 'p95')], 'p95'],
    ['Bytes', [of('Bytes', 'sent')], 'Sum'],
    ['Cached', [of('Cached', 'ratio')], 'Average'],
    ['ffmpeg', [of('FfmpegSeconds', 'seconds')], 'Sum'],
    [
      'Refusals and failures',
      [of('Refusals', 'refused'), lambda('Errors', 'Sum'), lambda('Throttles', 'Sum')],
      'Sum',
    ],
    ['Estimated cost ($)', [of('EstimatedCost', 'of requests')], 'Sum'],
    ['Startup (ms) of players', [of('StartupTime', 'half'), of('StartupTime', '95 of 100', 'p95')], 'p50'],
    ['Stalls of players', [of('Stalls', METRICS.Stalls.means)], 'Sum'],
    ['Instances', [lambda('ConcurrentExecutions', 'Maximum')], 'Maximum'],
  ];
  const place = (index: number) => ({
    x: (index % 3) * WIDTH,
    y: Math.floor(index / 3) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
  });
  return {
    widgets: [
      ...graphs.map(([title, metrics, stat], index) => ({
        type: 'metric' as const,
        ...place(index),
        properties: { title, region, metrics, stat, period: 300, view: 'timeSeries' },
      })),
      {
        type: 'log' as const,
        ...place(graphs.length),
        properties: {
          title: 'Viewers (sessions of CMCD)',
          region,
          view: 'timeSeries',
          query: `SOURCE '${logGroup}' | filter ispresent(cmcd.sid) | stats count_distinct(cmcd.sid) by bin(5m)`,
        },
      },
    ],
  };
}
