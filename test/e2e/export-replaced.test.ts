import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { exportOf } from '../../testing/exports.ts';
import { needs } from '../../testing/needs.ts';
import { KINDS_OF_PLACES, type Places } from '../../testing/places.ts';
import { type Service, startService } from '../../testing/service.ts';
import { makeSmallFilm } from '../../testing/small-film.ts';

const ASKED = 'format=mp3&duration=2';

for (const { name, parts, open } of KINDS_OF_PLACES) {
  describe(`An export whose source is replaced, in ${name}`, function () {
    this.timeout(60_000);
    let places: Places;
    let service: Service;

    before(async function () {
      needs(this, 'ffmpeg', ...parts);
      places = await open();
      service = await startService(places.environment());
    });
    after(async () => {
      await service?.close();
      await places?.close();
    });

    it('has another address, with nothing at the old one, and not that of a copy', async () => {
      const film = await readFile(await makeSmallFilm());
      await places.put('film.mp4', film);
      await places.put('copy.mp4', film);
      const old = await exportOf(service, `/export/film.mp4?${ASKED}`);
      expect(await statusOf(old.address)).to.equal(200);
      const copy = await exportOf(service, `/export/copy.mp4?${ASKED}`);
      expect(fileNameOf(copy.address)).not.to.equal(fileNameOf(old.address));
      expect(await statusOf(`/made/copy.mp4/${fileNameOf(old.address)}`)).to.equal(404);

      await places.put('film.mp4', await readFile(await makeSmallFilm(180)));
      expect(await statusOf(old.address)).to.equal(404);
      const next = await exportOf(service, `/export/film.mp4?${ASKED}`);
      expect(next.address).not.to.equal(old.address);
      expect(await statusOf(next.address)).to.equal(200);
      expect(await statusOf(old.address)).to.equal(404);
      expect(await statusOf(copy.address)).to.equal(200);
    });

    async function statusOf(address = ''): Promise<number> {
      return (await fetch(`${service.url}${address}`, { method: 'HEAD' })).status;
    }
  });
}

function fileNameOf(address = ''): string {
  return address.slice(address.lastIndexOf('/') + 1);
}
