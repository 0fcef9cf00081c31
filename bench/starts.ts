import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interleave } from '../testing/rounds.ts';
import { untilIdle } from '../testing/service.ts';
import type { Client } from './client.ts';
import { demoFilm } from './demo-film.ts';
import type { Table } from './report.ts';
import { type Subject, startBare, startSluice } from './subject.ts';

const KEY = 'film.mp4';
const CACHED = `/stream/${KEY}?format=mp4&height=240&duration=4`;

/** What the first request to a new instance waits for. */
export async function measureStarts(client: Client, rounds: number): Promise<Table> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const [media, derived] = [join(root, 'media'), join(root, 'derived')];
  await mkdir(media);
  await copyFile(demoFilm, join(media, KEY));
  const environment = { MEDIA_DIR: media, DERIVED_DIR: derived };
  await fill(environment, client);
  const first = async (start: () => Promise<Subject>, starting: string, path: string) => {
    const subject = await start();
    await client.receive(subject.url + starting, '0-1');
    await untilIdle(subject);
    const received = await client.receive(subject.url + path, '0-65535');
    const ready = subject.instances()[0]?.initMilliseconds ?? Number.NaN;
    await untilIdle(subject);
    await subject.close();
    return { ready, first: received.first };
  };
  const sluice = () => startSluice(environment);
  const figures = await interleave(rounds, {
    bare: () => first(() => startBare(media), `/${KEY}`, `/${KEY}`),
    media: () => first(sluice, '/health', `/media/${KEY}`),
    cached: () => first(sluice, '/health', CACHED),
  });
  await rm(root, { recursive: true, force: true });
  const { bare, media: original, cached } = figures;
  return {
    title: 'A new instance',
    about:
      'From the start of the process to its first `GET /next`; then the first byte of 64 KB of the first media.',
    against: 'bare handler',
    rows: [
      {
        work: 'start to ready',
        unit: 'ms',
        ours: original.ready,
        limit: bare.ready,
        target: '+ 30 ms',
      },
      {
        work: 'first `/media`: first byte, to a warm one',
        unit: 'ms',
        ours: original.first,
        limit: bare.first,
      },
      {
        work: 'first cached `/stream`: first byte, to `/media`',
        unit: 'ms',
        ours: cached.first,
        limit: original.first,
        target: '≤ 1.2',
      },
    ],
  };
}

/** Has an output cached, for instances that start later. */
async function fill(environment: Readonly<Record<string, string>>, client: Client): Promise<void> {
  const service = await startSluice(environment);
  await client.receive(service.url + CACHED);
  await untilIdle(service);
  await service.close();
}
