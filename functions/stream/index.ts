import { Logger } from '@aws-lambda-powertools/logger';
import page from '../../web/index.html';
import { createApp } from './app.ts';
import { type Config, parseConfig } from './config.ts';
import { createEngine } from './engine/ffmpeg.ts';
import { createSlots, withSlots } from './engine/slots.ts';
import { ffmpegVersionOf } from './engine/version.ts';
import { describeError } from './http/describe-error.ts';
import { createLambdaHandler } from './http/lambda.ts';
import { createProbeCache } from './media/probe-cache.ts';
import { memoryCheck } from './memory.ts';
import { openAccess } from './route/access.ts';
import { createBlockCache } from './source/cache.ts';
import { withCircuit } from './source/circuit.ts';
import { directorySource } from './source/directory.ts';
import { resuming } from './source/resume.ts';
import { createS3Client, s3Source } from './source/s3.ts';
import type { Source } from './source/source.ts';

declare const SLUICE_VERSION: string;

const BLOCK_CACHE_BYTES = 32 * 1024 * 1024;
const READ_ATTEMPTS = 4;

const logger = new Logger({ serviceName: 'sluice' });
const config = parseConfig(process.env);

if (config.access.kind === 'keys' && config.access.keys.length === 0) {
  logger.warn('Every address of media is closed: set signing keys, or PUBLIC=1 to open all of them.');
}

const slots = createSlots(config.limits);
const app = createApp({
  // A read counts as failed when it could not be taken up again.
  source: withCircuit(
    resuming(openStore(config.media), {
      stallMilliseconds: config.limits.readTimeoutSeconds * 1000,
      attempts: READ_ATTEMPTS,
    }),
  ),
  access: openAccess(config.access, (cause) => {
    logger.error('The signing keys could not be fetched anew; the old ones stay in use.', {
      cause: describeError(cause),
    });
  }),
  engine: withSlots(createEngine(config.ffmpegPath), slots),
  slots,
  refuseWhenFull: memoryCheck(config.limits),
  cache: createBlockCache(BLOCK_CACHE_BYTES),
  probes: createProbeCache(),
  config,
  page,
  version: SLUICE_VERSION,
  ffmpegVersion: ffmpegVersionOf(config.ffmpegPath),
});

function openStore(media: Config['media']): Source {
  return media.kind === 's3'
    ? s3Source({ client: createS3Client(process.env), bucket: media.bucket })
    : directorySource(media.path);
}

export const handler = awslambda.streamifyResponse(
  createLambdaHandler(
    app,
    (level, message, fields) => logger[level](message, { ...fields }),
    config.allowedOrigins,
  ),
);
