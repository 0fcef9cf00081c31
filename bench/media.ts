import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interleave } from '../testing/rounds.ts';
import type { Client } from './client.ts';
import type { Row, Table } from './report.ts';
import { type Cost, costOf, startBare, startSluice } from './subject.ts';

const FILE_BYTES = 190_000_000;
const SIZES: readonly (readonly [name: string, bytes: number, requests: number])[] = [
  ['64 KB', 65_536, 30],
  ['1 MB', 1_000_000, 30],
  ['6 MB', 6_000_000, 12],
  ['64 MB', 64_000_000, 3],
  ['190 MB', FILE_BYTES, 1],
];
const TARGETS: Readonly<Record<keyof Cost, string>> = { cpu: '≤ 1.25', first: '+ 1 ms', total: '≤ 1.1' };
const NAMES: Readonly<Record<keyof Cost, string>> = { cpu: 'CPU', first: 'first byte', total: 'total' };

/** Ranges of a file in a folder, as they are. */
export async function measureMedia(client: Client, rounds: number): Promise<Table> {
  const media = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  await writeFile(join(media, 'film.mp4'), randomBytes(FILE_BYTES));
  const bare = await startBare(media);
  const sluice = await startSluice({ MEDIA_DIR: media });
  const rows: Row[] = [];
  for (const [name, bytes, requests] of SIZES) {
    // Each begins elsewhere, so that no two are alike.
    const ranges = Array.from({ length: requests }, (_, i) => {
      const start = Math.min(i * 4096, FILE_BYTES - bytes);
      return { range: `${start}-${start + bytes - 1}`, bytes };
    });
    const all = (path: string) => ranges.map((range) => ({ path, ...range }));
    const figures = await interleave(rounds, {
      sluice: () => costOf(sluice, client, all('/media/film.mp4')),
      bare: () => costOf(bare, client, all('/film.mp4')),
    });
    for (const part of ['cpu', 'first', 'total'] as const) {
      const target = part === 'cpu' && bytes < 1_000_000 ? '' : TARGETS[part];
      const { sluice: ours, bare: limit } = figures;
      rows.push({
        work: `${name}: ${NAMES[part]}`,
        unit: 'ms',
        ours: ours[part],
        limit: limit[part],
        target,
      });
    }
  }
  await sluice.close();
  await bare.close();
  await rm(media, { recursive: true, force: true });
  return {
    title: '`/media` from a folder',
    about:
      'Against a streaming handler of ten lines (`bench/bare`) behind the same local Function URL. CPU is that of ' +
      'the process in which the function runs.',
    against: 'bare handler',
    rows,
  };
}
