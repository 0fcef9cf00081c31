import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Logger } from '@aws-lambda-powertools/logger';
import font from 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf';
import { createApp } from './app.ts';
import { describeError } from './base/describe-error.ts';
import { memoryCheck } from './base/memory.ts';
import { gigabyteSecondPrice, PRICES } from './base/prices.ts';
import { redactFields } from './base/redact.ts';
import type { LogFields } from './base/request-context.ts';
import { type Place, parseConfig } from './config/config.ts';
import { createBudget } from './derived/budget.ts';
import { createDerivedCache } from './derived/derived-cache.ts';
import { directoryStore } from './derived/directory.ts';
import { createKnownFindings } from './derived/known-findings.ts';
import { withOwnProblems } from './derived/own-problems.ts';
import type { DerivedStore } from './derived/store.ts';
import { decodingOf } from './engine/decoding.ts';
import { createEngine } from './engine/ffmpeg.ts';
import { ffmpegVersionOf } from './engine/version.ts';
import { withBudget } from './engine/with-budget.ts';
import { withSlots } from './engine/with-slots.ts';
import type { Send, Work } from './export/job/work-event.ts';
import { createLambdaHandler, type LambdaContext } from './lambda/lambda.ts';
import { embeddedMetrics, type RequestFields } from './lambda/metrics.ts';
import { receive } from './lambda/received.ts';
import { confirming } from './media/probe/confirming.ts';
import { createProbeCache } from './media/probe/probe-cache.ts';
import { openEncryption } from './open/open-encryption.ts';
import { openAccess } from './route/access.ts';
import { createSlots } from './sandbox/slots.ts';
import { createBlockCache } from './source/cache.ts';
import { withCircuit } from './source/circuit.ts';
import { directorySource } from './source/directory.ts';
import { resuming } from './source/resume.ts';
import type { Source } from './source/source.ts';

declare const SLUICE_VERSION: string;

// Chunks on their way count as growth of V8's heap, which is small: by default, every 30 MB that pass start a major
// collection, which takes as much CPU as sending them.
setFlagsFromString('--heap-growing-percent=400');

const BLOCK_CACHE_BYTES = 32 * 1024 * 1024;
const READ_ATTEMPTS = 4;

const logger = new Logger({ serviceName: 'sluice' });
const config = parseConfig(process.env);

if (config.access.kind === 'keys' && config.access.keys.length === 0) {
  logger.warn('Every media address is closed: set signing keys, or PUBLIC=1 to open all of them.');
}

const slots = createSlots(config.limits);
const caches = { cache: createBlockCache(BLOCK_CACHE_BYTES), probes: createProbeCache() };
// A read counts as failed if it could not be resumed.
const source = confirming(withCircuit(await openSource(config.media)), caches.probes);
const decoding = decodingOf(config.ffmpegPath, config.sandbox);
const store = config.derived === null ? null : withOwnProblems(await openStore(config.derived));
const findings = createKnownFindings(store, reportStore);
const memoryGigabytes = (config.memoryMegabytes ?? 1024) / 1024;
const budget =
  store === null || config.maxGbSecondsPerDay === null
    ? null
    : createBudget(store, {
        mostGbSeconds: config.maxGbSecondsPerDay,
        memoryGigabytes,
        onFailure: reportStore,
      });
const fontPath = fileURLToPath(new URL(font, import.meta.url));
const free = withSlots(createEngine(config.ffmpegPath, config.sandbox, fontPath), slots);
const engine = budget === null ? free : withBudget(free, budget.check);

/** Only a function that needs it loads the client of Lambda's API. */
const send: Send = async (work) => {
  sending ??= import('./export/worker/send-lambda.ts').then(({ lambdaSend }) =>
    lambdaSend(process.env.AWS_LAMBDA_FUNCTION_NAME ?? '', config.functionAlias),
  );
  return (await sending)(work);
};
let sending: Promise<Send> | null = null;

const PAGES = {
  player: {
    html: () => import('../../web/player.html'),
    assets: () => import('../../web/player.html?assets'),
  },
  embed: {
    html: () => import('../../web/embed/embed.html'),
    assets: () => import('../../web/embed/embed.html?assets'),
  },
};

const app = createApp({
  source,
  access: openAccess(config.access, (cause) => {
    logger.error('The signing keys could not be refreshed; the old ones stay in use.', {
      cause: describeError(cause),
    });
  }),
  encryption: openEncryption(config.encryption, (cause) => {
    logger.error('The secrets of the encryption could not be refreshed; the old ones stay in use.', {
      cause: describeError(cause),
    });
  }),
  engine,
  decoding,
  slots,
  refuseWhenFull: memoryCheck(config.limits),
  derivedCache: store && createDerivedCache(store, { onFailure: reportStore }),
  findings,
  exports: store && config.offersExports ? { store, send, budget, limits: config.limits } : null,
  ...caches,
  config,
  // Most instances never show it.
  loadPage: async (page) => (await PAGES[page].html()).default,
  loadAssets: async (page) => (await PAGES[page].assets()).default,
  version: SLUICE_VERSION,
  ffmpegVersion: ffmpegVersionOf(config.ffmpegPath),
});

/** Loads the client of S3 only where it is used. */
async function openStore(place: Place): Promise<DerivedStore> {
  if (place.kind === 'directory') return directoryStore(place.path, config.derivedBounds);
  const [{ createS3Client, s3Source }, { s3Store }] = await Promise.all([
    import('./source/s3.ts'),
    import('./derived/s3.ts'),
  ]);
  const { bucket } = place;
  const client = createS3Client(process.env);
  return s3Store({ client, bucket, source: resumed(s3Source({ client, bucket })) });
}

async function openSource(place: Place): Promise<Source> {
  if (place.kind === 'directory') return resumed(directorySource(place.path));
  const { createS3Client, s3Source } = await import('./source/s3.ts');
  return resumed(s3Source({ client: createS3Client(process.env), bucket: place.bucket }));
}

function resumed(source: Source): Source {
  const stallMilliseconds = config.limits.readTimeoutSeconds * 1000;
  return resuming(source, { stallMilliseconds, attempts: READ_ATTEMPTS });
}

function reportStore(cause: unknown): void {
  logger.error('The derived store does not work at the moment.', { cause: describeError(cause) });
}

const answerRequest = createLambdaHandler(
  app,
  (level, message, fields) => logger[level](message, { ...fields }),
  config.allowedOrigins,
  config.hasMetrics ? metricsOf : undefined,
);

function metricsOf(fields: RequestFields): LogFields {
  const gigabyteSecond = gigabyteSecondPrice(process.arch);
  const prices = {
    memoryGigabytes: config.memoryMegabytes === null ? null : memoryGigabytes,
    gigabyteSecond,
    sentGigabyte: config.hasEdge ? 0 : PRICES.perSentGigabyte,
  };
  const functionName = process.env.AWS_LAMBDA_FUNCTION_NAME ?? '';
  return embeddedMetrics(fields, { functionName, prices, now: Date.now() });
}

/** Created for the first work: most instances only answer requests. */
const openWorker = async (store: DerivedStore) => {
  const { createWorker } = await import('./export/worker/worker.ts');
  const { exportWork } = config;
  const workSlots = createSlots(exportWork);
  const workEngine = withSlots(createEngine(config.ffmpegPath, exportWork.sandbox, fontPath), workSlots);
  return createWorker({
    ...{ source, engine: workEngine, decoding, slots: workSlots, store, findings, send, config, ...caches },
    memoryGigabytes,
    maxInvocations: config.maxExportInvocations,
    unfollowedSeconds: config.unfollowedExportSeconds,
  });
};
let worker: ReturnType<typeof openWorker> | null = null;

async function doWork(work: Work, context: LambdaContext): Promise<LogFields> {
  if (store === null) return { problem: 'there is no derived store' };
  worker ??= openWorker(store);
  return (await worker)(work, context);
}

export const handler = awslambda.streamifyResponse(
  async (event: unknown, stream: Writable, context: LambdaContext): Promise<void> => {
    // An answer is complete when it was sent: connections to S3 that stay open hold nothing up. Node.js 24 has no
    // such property any more.
    context.callbackWaitsForEmptyEventLoop = false;
    const counted = budget?.begin();
    try {
      await handle(event, stream, context);
    } finally {
      await counted?.();
    }
  },
);

async function handle(event: unknown, stream: Writable, context: LambdaContext): Promise<void> {
  const received = receive(event);
  switch (received.kind) {
    case 'request':
      return answerRequest(received.event, stream, context);
    case 'work': {
      const fields = await doWork(received.work, context);
      logger['problem' in fields ? 'error' : 'info']('work', redactFields({ ...fields }));
      // Nobody reads it.
      return finish(stream, '{}');
    }
    case 'unknown':
      logger.error('The event is neither a request nor work that this function has sent.');
      return finish(stream, '{"message":"This function only accepts events of its Function URL."}');
    default:
      return received satisfies never;
  }
}

async function finish(stream: Writable, json: string): Promise<void> {
  stream.write(json);
  await new Promise<void>((resolve) => stream.end(resolve));
}
