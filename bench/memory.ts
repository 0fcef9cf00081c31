import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { residentMegabytes } from '../testing/rss.ts';
import { copiedSegments } from './addresses.ts';
import type { Client } from './client.ts';
import { makeFilm } from './film.ts';
import type { Row, Table } from './report.ts';
import { startSluice } from './subject.ts';

const FILM = { minutes: 15, bitrate: 9_000_000 };
const GIGABYTE_IN_RANGES = 10;
const RANGE_BYTES = 100_000_000;
const SEGMENTS = 50;

/** What the runtime holds after much work, above what it holds when it has answered one request. */
export async function measureMemory(client: Client, rounds: number): Promise<Table> {
  const media = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  await makeFilm(media, 'film.mp4', FILM);
  const grown: Record<'media' | 'segments', number[]> = { media: [], segments: [] };
  for (let round = 0; round < rounds; round++) {
    for (const work of ['media', 'segments'] as const) {
      const sluice = await startSluice({ MEDIA_DIR: media });
      const segments = await copiedSegments(sluice.url, 'film.mp4');
      const pid = sluice.instances()[0]?.pid ?? 0;
      const idle = await residentMegabytes(pid);
      if (work === 'segments')
        for (const path of segments.slice(0, SEGMENTS)) await client.receive(sluice.url + path);
      for (let i = 0; work === 'media' && i < GIGABYTE_IN_RANGES; i++) {
        await client.receive(`${sluice.url}/media/film.mp4`, `${i}-${i + RANGE_BYTES - 1}`);
      }
      await delay(500);
      grown[work].push((await residentMegabytes(pid)) - idle);
      await sluice.close();
    }
  }
  await rm(media, { recursive: true, force: true });
  const row = (work: string, ours: readonly number[]): Row => ({
    work,
    unit: 'MB',
    ours,
    limit: null,
    target: '≤ 48',
  });
  return {
    title: 'Memory',
    about: 'Growth of the runtime’s resident memory, from its first answer on.',
    against: '',
    rows: [row('1 GB of `/media`', grown.media), row(`${SEGMENTS} copied segments`, grown.segments)],
  };
}
