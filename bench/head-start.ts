import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Service, startService, untilIdle } from '../testing/service.ts';
import { median, type Times, timed } from './measure.ts';

/** A viewer receives each of these, and then asks for the next one: all of them last four seconds. */
const FIRSTS = [2, 4, 6];
const RENDITION = '480p';

/**
 * Measures the segment after the one that was sent: without a head start; with one that is cached, as for a
 * player whose buffer is full; and with one that is requested at once, while it is being produced.
 */
export async function measureHeadStart(film: string): Promise<{ what: string; figure: string }[]> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const media = join(root, 'media');
  await mkdir(media);
  await copyFile(film, join(media, 'video.mp4'));
  const start = (name: string, HEAD_START_SEGMENTS: string) =>
    startService({ MEDIA_DIR: media, DERIVED_DIR: join(root, name), HEAD_START_SEGMENTS });
  const services = await Promise.all([start('without', '0'), start('there', '1'), start('at-once', '1')]);
  const [without, there, atOnce] = services;
  const times = { without: [] as Times[], there: [] as Times[], atOnce: [] as Times[] };
  for (const first of FIRSTS) {
    for (const service of services) await untilIdle(service);
    times.without.push(await next(without, first, true));
    times.there.push(await next(there, first, true));
    times.atOnce.push(await next(atOnce, first, false));
  }
  for (const service of services) await service.close();
  await rm(root, { recursive: true, force: true });
  const row = (what: string, part: keyof Times, own: readonly Times[]) => {
    const [ours, its] = [own, times.without].map((all) => median(all.map((one) => one[part])));
    return { what, figure: ratio(ours ?? Number.NaN, its ?? Number.NaN) };
  };
  return [
    row('first byte of the next segment of 480p, produced ahead, to without', 'first', times.there),
    row('all of it', 'whole', times.there),
    row('first byte of a segment that is being produced', 'first', times.atOnce),
    row('all of it', 'whole', times.atOnce),
  ];
}

/** Returns milliseconds for the segment after `first`. */
async function next(service: Service, first: number, waits: boolean): Promise<Times> {
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

function ratio(ours: number, its: number): string {
  return `${(ours / its).toFixed(2)} (${ours.toFixed(0)} ms : ${its.toFixed(0)} ms)`;
}
