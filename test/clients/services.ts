import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sign } from '../../functions/stream/route/sign.ts';
import { startService, untilIdle } from '../../testing/service.ts';
import { ADDRESSES, type Address, type Kind, type Over, pathOf } from './addresses.ts';
import { startControls } from './controls.ts';
import type { Film } from './films.ts';

const SECRET = 'n3w/'.repeat(11);

/** The films and the services that all clients visit. */
export async function startServices(films: readonly Film[]) {
  const root = await mkdtemp(join(tmpdir(), 'sluice-clients-'));
  const media = join(root, 'media');
  await mkdir(media);
  const derived = join(root, 'derived');
  await mkdir(derived);
  for (const film of films) await film.make(join(media, film.key));
  const services = {
    plain: await startService({ MEDIA_DIR: media }),
    caching: await startService({ MEDIA_DIR: media, DERIVED_DIR: derived }),
    // With what the other has stored: some clients read segments of every rendition before they play one.
    closed: await startService({
      ...{ MEDIA_DIR: media, DERIVED_DIR: derived },
      ...{ PUBLIC: '0', SIGNING_KEYS: `key:${SECRET}` },
    }),
  } as const satisfies Record<Over, unknown>;
  // Whoever comes to a cached stream is the second.
  for (const film of films) {
    for (const address of ADDRESSES.filter(({ name }) => name === 'stream cached')) {
      const answer = await fetch(services.caching.url + pathOf(address, 'progressive', film));
      await answer.arrayBuffer();
    }
  }
  await untilIdle(services.caching);
  const controls = await startControls(media);
  const expires = Math.floor(Date.now() / 1000) + 3600;

  return {
    root,
    controls,
    fileOf: ({ key }: Film) => join(media, key),
    originOf: (address: Address) => services[address.over].url,
    /** Path and query, with the token where one is needed. */
    pathOf(address: Address, kind: Kind, film: Film): string {
      const path = pathOf(address, kind, film);
      if (address.over !== 'closed') return path;
      return `/~${sign({ id: 'key', secret: SECRET }, { kind: 'key', key: film.key }, expires)}${path}`;
    },
    /** Lines of each rendition of a film, in the order of its playlist; none for audio alone. */
    async heightsOf({ key }: Film): Promise<number[]> {
      const master = await (await fetch(`${services.caching.url}/hls/${key}/master.m3u8`)).text();
      return [...master.matchAll(/^#EXT-X-STREAM-INF:.*RESOLUTION=\d+x(\d+)/gm)].map(([, height]) =>
        Number(height),
      );
    },
    async close(): Promise<void> {
      await controls.close();
      for (const service of Object.values(services)) await service.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export type Services = Awaited<ReturnType<typeof startServices>>;
