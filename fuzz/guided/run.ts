import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import type { LoopData, LoopMessage, TargetName } from './messages.ts';
import { seedsOf } from './seeds.ts';

const INPUT_BYTES = 128 * 1024;
const HANG_MILLISECONDS = 15_000;
const TARGETS: readonly TargetName[] = ['isobmff', 'containers', 'text'];

/** `npm run fuzz:guided`: runs each target for so many minutes; ends with 1 if there were findings. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } },
  });
  const chosen = TARGETS.filter((name) => positionals.length === 0 || positionals.includes(name));
  const folder = join(tmpdir(), 'sluice-findings');
  await mkdir(folder, { recursive: true });
  let findings = 0;
  for (const target of chosen) {
    findings += await fuzzTarget(target, Number(values.seed), Number(values.minutes), folder);
  }
  return findings === 0 ? 0 : 1;
}

/** Distinguishes findings by where they come from, and stores them as files. Returns how many there were. */
async function fuzzTarget(
  target: TargetName,
  seed: number,
  minutes: number,
  folder: string,
): Promise<number> {
  const seen = new Map<string, number>();
  const current = new SharedArrayBuffer(8 + INPUT_BYTES);
  const data: LoopData = { target, seed, minutes, current, seeds: seedsOf(target) };
  const worker = new Worker(await bundleLoop(), {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  let last: Extract<LoopMessage, { kind: 'progress' }> = {
    kind: 'progress',
    runs: 0,
    inputs: 0,
    features: 0,
  };
  let peakBytes = 0;
  const found = async (bytes: Uint8Array, what: string) => {
    const where = what.split('\n').slice(0, 3).join(' ').replace(/\d+/g, '#');
    seen.set(where, (seen.get(where) ?? 0) + 1);
    if (seen.get(where) !== 1) return;
    const path = join(folder, `${target}-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`);
    await writeFile(path, bytes);
    console.log(`${path}\n${what.split('\n').slice(0, 8).join('\n')}`);
  };
  const inFlight = () => {
    const length = new DataView(current).getUint32(0);
    return Buffer.from(new Uint8Array(current, 8, length));
  };
  await new Promise<void>((resolve) => {
    let [run, since] = [-1, performance.now()];
    const timer = setInterval(() => {
      peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
      const now = new DataView(current).getUint32(4);
      if (now !== run) [run, since] = [now, performance.now()];
      else if (performance.now() - since > HANG_MILLISECONDS) {
        clearInterval(timer);
        void found(inFlight(), `it has not ended after ${HANG_MILLISECONDS} ms`).then(() =>
          worker.terminate(),
        );
      }
    }, 1_000);
    worker.on('message', (message: LoopMessage) => {
      if (message.kind === 'finding') void found(message.bytes, message.what);
      else last = message;
    });
    worker.on(
      'error',
      (error) => void found(inFlight(), `the worker ended: ${error.stack ?? error.message}`),
    );
    worker.on('exit', () => {
      clearInterval(timer);
      resolve();
    });
  });
  console.log(
    `${target}: ${last.runs} runs, ${last.inputs} inputs that reached something new, ${last.features} features, ` +
      `${(peakBytes / 1e6).toFixed(0)} MB at the most, ${seen.size} findings`,
  );
  return seen.size;
}

/**
 * In one file, so that its coverage is that of the code under test: a worker does not load TypeScript on
 * Node.js 20.
 */
async function bundleLoop(): Promise<string> {
  const outfile = join(await mkdtemp(join(tmpdir(), 'sluice-guided-')), 'loop.mjs');
  const entry = fileURLToPath(new URL('./loop.ts', import.meta.url));
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    keepNames: true,
  });
  return outfile;
}

process.exitCode = await main();
