import { parentPort, workerData } from 'node:worker_threads';
import { seeded } from '../../testing/seeded.ts';
import { containers } from './containers.ts';
import { openCoverage } from './coverage.ts';
import { isobmff } from './isobmff.ts';
import type { LoopData, LoopMessage } from './messages.ts';
import { mutate } from './mutate.ts';
import { text } from './text.ts';

const TARGETS = { isobmff, containers, text };
/** The number of runs in one report. */
const RUNS_A_REPORT = 50;

/** The worker: runs the target on inputs, each a mutation of one that was new, until the time is up. */
async function main({ target: name, seed: firstNumber, minutes, current, seeds }: LoopData): Promise<void> {
  const target = TARGETS[name];
  const random = seeded(firstNumber);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const coverage = await openCoverage((url) => url.endsWith('/loop.mjs'));
  const queue: Buffer[] = [];
  const view = new DataView(current);
  const shared = new Uint8Array(current, 8);
  let runs = 0;
  const tell = (message: LoopMessage) => parentPort?.postMessage(message);
  const progress = () => tell({ kind: 'progress', runs, inputs: queue.length, features: coverage.total() });

  async function run(bytes: Buffer): Promise<boolean> {
    shared.set(bytes.subarray(0, shared.length));
    view.setUint32(0, Math.min(bytes.length, shared.length));
    // For the watchdog.
    view.setUint32(4, runs);
    const used = process.cpuUsage();
    try {
      await target.run(bytes);
    } catch (error) {
      tell({
        kind: 'finding',
        bytes,
        what: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
    const { user, system } = process.cpuUsage(used);
    const milliseconds = (user + system) / 1_000;
    if (milliseconds > MOST_MILLISECONDS)
      tell({ kind: 'finding', bytes, what: `took ${milliseconds.toFixed(0)} ms of CPU` });
    runs++;
    if (runs % RUNS_A_REPORT === 0) progress();
    return (await coverage.newFeatures()) > 0;
  }

  for (const seed of seeds) {
    const bytes = Buffer.from(seed);
    if (await run(bytes)) queue.push(bytes);
  }
  const end = performance.now() + minutes * 60_000;
  while (performance.now() < end && queue.length > 0) {
    // Recent inputs lead to new ones more often.
    const recent = queue.slice(-20);
    const input = mutate(pick(random() < 0.4 ? recent : queue), pick(queue), random);
    if (await run(input)) queue.push(input);
  }
  progress();
}

/** Inputs are shorter than 100 KB. */
const MOST_MILLISECONDS = 3_000;

await main(workerData as LoopData);
