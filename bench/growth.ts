import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interleave, spread } from '../testing/rounds.ts';
import { copiedPlaylist, copiedSegments } from './addresses.ts';
import type { Client } from './client.ts';
import { makeFilm } from './film.ts';
import type { Series } from './plot.ts';
import type { Row, Table } from './report.ts';
import { costOf, type Subject, startSluice } from './subject.ts';

const SIZES_MB = [10, 100, 1000, 5000];
const MINUTES = [1, 10, 60, 240];
/** Low, so that four hours fit on any disk. */
const BITRATE = 500_000;
const KEY = 'film.mp4';

export type Growth = { readonly table: Table; readonly series: readonly Series[] };

/** What becomes slower with the size of a file and with the length of a film, cold and warm. */
export async function measureGrowth(client: Client, rounds: number): Promise<Growth> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const rows: Row[] = [];
  const lines = new Map<string, [number, number][]>();
  const note = (line: string, times: string, size: number, figures: readonly number[]) => {
    rows.push({ work: `${line}, ${size} ${times}`, unit: 'ms', ours: figures, limit: null });
    const points = lines.get(line) ?? [];
    points.push([size, spread(figures).median]);
    lines.set(line, points);
  };
  for (const megabytes of SIZES_MB) {
    const file = await open(join(root, KEY), 'w');
    await file.truncate(megabytes * 1_000_000);
    await file.close();
    const sluice = await startSluice({ MEDIA_DIR: root });
    const middle = megabytes * 500_000;
    const asked = [{ path: `/media/${KEY}`, range: `${middle}-${middle + 65_535}` }];
    const { media } = await interleave(rounds, { media: () => costOf(sluice, client, asked) });
    note('64 KB of `/media`', 'MB', megabytes, media.first);
    await sluice.close();
  }
  for (const minutes of MINUTES) {
    await makeFilm(root, KEY, { minutes, bitrate: BITRATE });
    const cold = await interleave(rounds, { cold: () => onNewInstance(root, client) });
    const sluice = await startSluice({ MEDIA_DIR: root });
    const segments = await copiedSegments(sluice.url, KEY);
    const middle = segments.slice(Math.floor(segments.length / 2)).slice(0, 4);
    const warm = await interleave(rounds, {
      playlist: () => costOf(sluice, client, [{ path: copiedPlaylist(KEY) }]),
      segment: () =>
        costOf(
          sluice,
          client,
          middle.map((path) => ({ path })),
        ),
    });
    await sluice.close();
    note('cold playlist', 'min', minutes, cold.cold.first);
    note('warm playlist', 'min', minutes, warm.playlist.first);
    note('copied segment', 'min', minutes, warm.segment.first);
  }
  await rm(root, { recursive: true, force: true });
  const about =
    'First bytes. What is copied from a film costs the same in its fourth hour as in its first minute; a new ' +
    'instance has its index to read.';
  return {
    table: { title: 'Growth', about, against: '', rows },
    series: [...lines].map(([name, points]) => ({ name: name.replaceAll('`', ''), points })),
  };
}

async function onNewInstance(media: string, client: Client): Promise<{ readonly first: number }> {
  const sluice: Subject = await startSluice({ MEDIA_DIR: media });
  // Starts the instance.
  await client.receive(`${sluice.url}/health`);
  const { first } = await client.receive(sluice.url + copiedPlaylist(KEY));
  await sluice.close();
  return { first };
}
