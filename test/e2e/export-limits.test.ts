import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { exportOf } from '../../testing/exports.ts';
import { functionLines, type LogFields } from '../../testing/log-lines.ts';
import { needs } from '../../testing/needs.ts';
import { openFolders, type Places } from '../../testing/places.ts';
import { type Service, startService, untilIdle } from '../../testing/service.ts';
import { makeSmallFilm } from '../../testing/small-film.ts';

describe('Exports are limited', function () {
  this.timeout(200_000);
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

  const workOf = () => functionLines(service).filter(({ message }: LogFields) => message === 'work');

  it('to so many of one object, whose clients left or not, and the others start no work', async () => {
    service = await startService({ ...places.environment(), MAX_OBJECT_EXPORTS: '2' });
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const url = `${service.url}/export/film.mp4?format=mp4&height=${100 + 2 * i}`;
        const stop = new AbortController();
        const response = await fetch(url, { signal: stop.signal });
        if (response.status === 429) {
          expect(await response.json()).to.include({ type: 'urn:sluice:problem:too-many-exports' });
        } else {
          await delay(250);
          stop.abort();
        }
        return response.status;
      }),
    );
    // One that meets too many others at its beginning is refused as well.
    const begun = statuses.filter((status) => status === 200).length;
    expect(begun).to.be.within(1, 2);
    expect(statuses.every((status) => [200, 429, 503].includes(status))).to.equal(true);
    await untilIdle(service);
    expect(workOf()).to.have.length(begun);
    // They have ended, and others may begin.
    await delay(2_000);
    const { file } = await exportOf(service, '/export/film.mp4?format=mp3');
    expect(file.length).to.be.above(1000);
  });

  it('to services with signed addresses, unless a setting opens them', async () => {
    service = await startService({ ...places.environment(), PUBLIC_EXPORTS: '0' });
    const response = await fetch(`${service.url}/export/film.mp4?format=mp3`);
    expect(await response.json()).to.deep.include({
      status: 404,
      type: 'urn:sluice:problem:exports-off',
      detail: 'Exports are switched off, since this service is open to everybody (setting PUBLIC_EXPORTS).',
    });
    const info = (await (await fetch(`${service.url}/info/film.mp4`)).json()) as {
      addresses: { href: string }[];
    };
    expect(info.addresses.filter(({ href }) => href.startsWith('/export'))).to.deep.equal([]);
    expect(workOf()).to.deep.equal([]);
  });
});
