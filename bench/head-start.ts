import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figures, interleave } from '../testing/rounds.ts';
import { type Service, startService, untilIdle } from '../testing/service.ts';
import { type Times, timed } from '../testing/timed.ts';
import type { Client } from './client.ts';
import { demoFilm } from './demo-film.ts';
import type { Row, Table } from './report.ts';

/** A viewer receives each of these, and then asks for the next one: all of them last four seconds. */
const FIRSTS = [2, 4, 6];
const RENDITION = '480p';

/**
 * Measures the segment after the one that was sent: without a head start; with one that is cached, as for a
 * player whose buffer is full; and with one that is requested at once, while it is being produced.
 */
export async function measureHeadStart(_client: Client, rounds: number): Promise<Table> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const media = join(root, 'media');
  await mkdir(media);
  await copyFile(demoFilm, join(media, 'video.mp4'));
  const start = (name: string, HEAD_START_SEGMENTS: string) =>
    startService({ MEDIA_DIR: media, DERIVED_DIR: join(root, name), HEAD_START_SEGMENTS });
  const services = await Promise.all([start('without', '0'), start('there', '1'), start('at-once', '1')]);
  const [without, there, atOnce] = services;
  let index = 0;
  const next = async (service: Service, waits: boolean) => {
    await untilIdle(service);
    return afterwards(service, FIRSTS[Math.floor(index++ / services.length)] ?? 0, waits);
  };
  const figures = await interleave(Math.min(rounds, 2), {
    without: () => next(without, true),
    there: () => next(there, true),
    atOnce: () => next(atOnce, false),
  });
  for (const service of services) await service.close();
  await rm(root, { recursive: true, force: true });
  const row = (work: string, part: keyof Times, ours: Record<keyof Times, Figures>): Row => ({
    work,
    unit: 'ms',
    ours: ours[part],
    limit: figures.without[part],
  });
  return {
    title: 'Segments produced ahead',
    about: 'The segment after the one that was sent, with a head start of one segment and without.',
    against: 'without',
    rows: [
      row('cached by then: first byte', 'first', figures.there),
      row('cached by then: total', 'total', figures.there),
      row('requested at once: first byte', 'first', figures.atOnce),
      row('requested at once: total', 'total', figures.atOnce),
    ],
  };
}

/** Returns milliseconds for the segment after `first`. */
async function afterwards(service: Service, first: number, waits: boolean): Promise<Times> {
  const address = (index: number) => `${service.url}/hls/video.mp4/${RENDITION}/${index}.m4s`;
  await receive(address(first));
  if (waits) await untilIdle(service);
  return receive(address(first + 1));
}

function receive(url: string): Promise<Times> {
  return timed(async () => {
    const { ok, status, body } = await fetch(url);
    if (!ok || body === null) throw new Error(`${url} answered ${status}`);
    return body;
  });
}
