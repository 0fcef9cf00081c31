import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { exportOf } from '../../testing/exports.ts';
import { needs } from '../../testing/needs.ts';
import { openFolders, type Places } from '../../testing/places.ts';
import { type Service, startService, untilIdle } from '../../testing/service.ts';
import { makeSmallFilm } from '../../testing/small-film.ts';

describe('A folder of outputs', function () {
  this.timeout(120_000);
  let places: Places;
  let service: Service;

  beforeEach(async function () {
    needs(this, 'ffmpeg');
    places = await openFolders();
    await places.put('film.mp4', await readFile(await makeSmallFilm()));
  });
  afterEach(async () => {
    await service?.close();
    await places?.close();
  });

  const folder = () => places.environment().DERIVED_DIR ?? '';

  async function ask(path: string): Promise<string> {
    const response = await fetch(`${service.url}${path}`);
    expect(response.status).to.equal(200);
    await response.arrayBuffer();
    await untilIdle(service);
    return response.headers.get('sluice-plan') ?? '';
  }

  it('that is emptied while it is used is filled again', async () => {
    service = await startService(places.environment());
    for (const path of ['/stream/film.mp4?format=mp3', '/hls/film.mp4/240p/1.m4s']) {
      await ask(path);
      expect(await ask(path)).to.match(/; cached$/);
    }
    const exported = await exportOf(service, '/export/film.mp4?format=webm&height=144&duration=1');
    expect(exported.file.length).to.be.above(1000);

    await rm(folder(), { recursive: true });
    for (const path of ['/stream/film.mp4?format=mp3', '/hls/film.mp4/240p/1.m4s']) {
      expect(await ask(path)).to.not.match(/; cached$/);
      expect(await ask(path)).to.match(/; cached$/);
    }
    expect((await fetch(`${service.url}${exported.address}`)).status).to.equal(404);
    const again = await exportOf(service, '/export/film.mp4?format=webm&height=144&duration=1');
    expect(again.address).to.equal(exported.address);
    expect(again.file.length).to.be.above(1000);
  });

  it('stays within its size, and what was removed is produced again', async () => {
    service = await startService({ ...places.environment(), DERIVED_DIR_MEGABYTES: '1' });
    const paths = Array.from({ length: 6 }, (_, i) => `/stream/film.mp4?format=wav&start=${i}&duration=3`);
    for (const path of paths) await ask(path);
    expect(await ask(paths[0] ?? '')).to.not.match(/; cached$/);
    while ((await sizeOf()) > 1_000_000) await delay(20);
    expect(await places.cachedNames()).to.not.deep.equal([]);
  });

  async function sizeOf(): Promise<number> {
    const names = await places.cachedNames();
    // It may be removed at this moment.
    const sizeOfOne = (name: string) =>
      stat(join(folder(), 'made', name)).then(
        ({ size }) => size,
        () => 0,
      );
    const sizes = names.map(sizeOfOne);
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  }
});
