import { mochaHooks } from '../testing/hooks.ts';
import { parseFuzz, USAGE } from './options.ts';
import { type FuzzReport, fuzz } from './session.ts';

/** Larger originals make the run longer and not better. */
const MOST_ORIGINAL_BYTES = 4_200_000;

/** `npm run fuzz`. Resolves to the exit code. */
async function main(): Promise<number> {
  const options = parseFuzz(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const started = performance.now();
  const report = await fuzz({ ...options, mostOriginalBytes: MOST_ORIGINAL_BYTES });
  await mochaHooks.afterAll();
  print(options.seed, report);
  console.log(
    `${((performance.now() - started) / 60_000).toFixed(1)} minutes, ${report.faults.length} faults`,
  );
  return report.faults.length === 0 ? 0 : 1;
}

function print(seed: number, { requests, mutants, sightings, instancesStarted, faults }: FuzzReport): void {
  console.log(`Seed ${seed}. ${requests.total()} generated requests, by kind of address and status:`);
  console.table(requests.rows());
  console.log(`${mutants.total()} requests for damaged files:`);
  console.table(mutants.rows());
  const { peaks, brokenOff, crashes, leftProcesses, descriptors, breaks } = sightings;
  console.log(
    [
      `runtimes: ${instancesStarted} started, ${brokenOff} ended to break an answer off, ${crashes.length} crashed`,
      ...[...breaks].map(([reason, count]) => `  ${count} × ${reason}`),
      `left: ${leftProcesses.length} processes; descriptors of the runtimes: ${descriptors.join(', ')}`,
      `peak resident: runtime ${peaks.runtime.toFixed(0)} MB, ffmpeg and ffprobe ${peaks.ffmpeg.toFixed(0)} MB`,
      ...faults,
    ].join('\n'),
  );
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  },
);
