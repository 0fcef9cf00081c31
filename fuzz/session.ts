import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { corpusDirectory } from '../testing/needs.ts';
import { startService } from '../testing/service.ts';
import { attackWithMutants } from './attack-mutants.ts';
import { attackWithRequests } from './attack-requests.ts';
import { makeMediaFolder } from './media-folder.ts';
import { segmentAddresses } from './segment-addresses.ts';
import { createTally, type Tally } from './tally.ts';
import { MOST_MEGABYTES, type Sightings, watchService } from './watch.ts';

export type FuzzPlan = {
  readonly seed: number;
  /** The numbers of the requests, and of the mutated files. */
  readonly requests: Iterable<number>;
  readonly mutants: Iterable<number>;
  /** Larger files of the corpus are skipped. */
  readonly mostOriginalBytes: number;
};

export type FuzzReport = {
  readonly requests: Tally;
  readonly mutants: Tally;
  readonly sightings: Sightings;
  readonly instancesStarted: number;
  /** Everything that must not happen. */
  readonly faults: readonly string[];
};

const WORKERS = 2;
/** An instance that has broken its connection takes a moment to end, and exports run beside their answers. */
const INSTANCES = 6;
/** The memory of the function, of which each ffmpeg may take 450 MB. */
const MEMORY_MEGABYTES = 600;
const MOST_RESPONSE_BYTES = 4_000_000;
const DEADLINE_SECONDS = 20;
/** The listener, its keep-alive connections, log pipes, and what Node.js itself has open. */
const MOST_DESCRIPTORS = 48;

/** Attacks the built function behind the local Function URL, and reports the results. */
export async function fuzz(plan: FuzzPlan): Promise<FuzzReport> {
  const folder = await makeMediaFolder();
  const derived = await mkdtemp(join(tmpdir(), 'sluice-fuzz-derived-'));
  const watch = watchService();
  const environment = {
    MEDIA_DIR: folder.path,
    DERIVED_DIR: join(derived, 'derived'),
    MAX_EXPORT_INVOCATIONS: '2',
    MAX_RESPONSE_BYTES: String(MOST_RESPONSE_BYTES),
    PLAYER_PAGE: '1',
    ALLOWED_ORIGINS: 'https://app.example',
  };
  const options = {
    maxInstances: INSTANCES,
    timeoutSeconds: DEADLINE_SECONDS,
    memoryMegabytes: MEMORY_MEGABYTES,
    takesAnyHost: true,
    log: watch.log,
  };
  const service = await startService(environment, options);
  try {
    watch.begin(service);
    const port = Number(new URL(service.url).port);
    const rules = {
      mostBodyBytes: MOST_RESPONSE_BYTES,
      secrets: [folder.path, derived, 'node_modules', 'index.mjs'],
    };
    const common = { port, seed: plan.seed, workers: WORKERS, rules };
    const [requests, mutants] = [createTally(), createTally()];
    const found = await Promise.all(folder.keys.slice(0, 5).map((key) => segmentAddresses(service.url, key)));
    const faults = await attackWithRequests({
      ...common,
      indexes: plan.requests,
      targets: { keys: folder.keys, segments: found.flat() },
      tally: requests,
    });
    const ofMutants = await attackWithMutants({
      ...common,
      folder: folder.path,
      indexes: plan.mutants,
      originals: originals(plan.mostOriginalBytes),
      tally: mutants,
      patienceMilliseconds: (DEADLINE_SECONDS + 25) * 1_000,
    });
    const sightings = await watch.end();
    return {
      requests,
      mutants,
      sightings,
      instancesStarted: service.counters().instancesStarted,
      faults: [...faults, ...ofMutants, ...faultsSeen(sightings)],
    };
  } finally {
    await service.close();
    await folder.remove();
    await rm(derived, { recursive: true, force: true });
  }
}

function faultsSeen({ peaks, large, crashes, leftProcesses, descriptors, internals }: Sightings): string[] {
  const tooMany = descriptors.filter((count) => count > MOST_DESCRIPTORS);
  return [
    ...crashes.map((crash) => `a runtime ended by itself: ${crash}`),
    ...leftProcesses.map((name) => `${name} runs on below an idle runtime`),
    ...tooMany.map((count) => `a runtime holds ${count} descriptors`),
    ...internals.map((line) => `internal: ${line}`),
    ...(peaks.runtime > MOST_MEGABYTES ? [`a runtime had ${peaks.runtime.toFixed(0)} MB resident`] : []),
    ...large.map((command) => `more than ${MOST_MEGABYTES} MB: ${command}`),
  ];
}

/** Returns the corpus sorted by name, in an order that does not depend on the file system. */
function originals(mostBytes: number): string[] {
  return readdirSync(corpusDirectory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\.(tsv|md)$/.test(path) && statSync(path).size <= mostBytes)
    .map((path) => relative(corpusDirectory, path))
    .sort();
}
