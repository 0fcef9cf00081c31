import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import * as v from 'valibot';
import { gigabyteSecondPrice, PRICES } from '../functions/stream/base/prices.ts';
import {
  METRIC_NAMES,
  METRICS,
  type MetricName,
  measure,
  planOf,
  type RequestFields,
} from '../functions/stream/lambda/metrics.ts';
import type { LogLine } from './instance.ts';

/** What the local service tells Prometheus. */
export type LocalMetrics = {
  readonly contentType: string;
  /** Counts a line of the log, if it is that of a request. */
  count(line: LogLine): void;
  text(): Promise<string>;
};

/** Times in milliseconds, from a warm answer to the longest that Lambda allows. */
const BUCKETS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 900_000];
const VIEWER_MILLISECONDS = 60_000;
/** A client may call itself another viewer in each request. */
const MOST_VIEWERS = 10_000;

/** Counts what CloudWatch would count in AWS, from the same lines. Every metric has the plan as its label. */
export function createMetrics(memoryMegabytes: number): LocalMetrics {
  const registry = new Registry();
  const record = Object.fromEntries(METRIC_NAMES.map((name) => [name, recorderOf(registry, name)]));
  const seen = new Map<string, number>();
  new Gauge({
    name: 'sluice_viewers',
    help: 'sessions of players (CMCD `sid`) within the last minute',
    registers: [registry],
    collect() {
      forget(seen);
      this.set(seen.size);
    },
  });
  const prices = {
    memoryGigabytes: memoryMegabytes / 1024,
    gigabyteSecond: gigabyteSecondPrice(process.arch),
    sentGigabyte: PRICES.perSentGigabyte,
  };
  return {
    contentType: registry.contentType,
    count(line) {
      const fields = requestOf(line);
      if (fields === null) return;
      const plan = planOf(fields.plan);
      for (const [name, value] of measure(fields, prices)) record[name]?.(plan, value);
      const session = fields.cmcd?.sid;
      if (typeof session !== 'string') return;
      // To its end, so that the oldest is first.
      seen.delete(session);
      seen.set(session, Date.now());
      // Perhaps nobody ever asks for the metrics.
      if (seen.size > MOST_VIEWERS) forget(seen);
      if (seen.size > MOST_VIEWERS) seen.delete(seen.keys().next().value ?? '');
    },
    text: () => registry.metrics(),
  };
}

function forget(seen: Map<string, number>): void {
  for (const [session, at] of seen) {
    if (at >= Date.now() - VIEWER_MILLISECONDS) return;
    seen.delete(session);
  }
}

function recorderOf(registry: Registry, metric: MetricName): (plan: string, value: number) => void {
  const { unit, means: help } = METRICS[metric];
  const base = `sluice${metric.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
  const common = { help, labelNames: ['plan'], registers: [registry] };
  if (unit === 'Milliseconds') {
    const histogram = new Histogram({ ...common, name: `${base}_milliseconds`, buckets: BUCKETS });
    return (plan, value) => histogram.observe({ plan }, value);
  }
  const counter = new Counter({ ...common, name: `${base}_total` });
  return (plan, value) => counter.inc({ plan }, value);
}

function requestOf({ source, text }: LogLine): RequestFields | null {
  if (source !== 'stdout' || !text.startsWith('{')) return null;
  try {
    return v.parse(LINE, JSON.parse(text));
  } catch {
    // Every other line of the log.
    return null;
  }
}

/** The logger leaves out what is null. */
const LINE = v.object({
  message: v.literal('request'),
  status: v.number(),
  bytes: v.number(),
  milliseconds: v.number(),
  firstByteMilliseconds: v.nullish(v.number(), null),
  ffmpegSeconds: v.number(),
  plan: v.nullish(v.string(), null),
  cmcd: v.exactOptional(v.record(v.string(), v.unknown())),
});
