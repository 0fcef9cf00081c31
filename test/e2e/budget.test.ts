import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { ffmpegRuns, functionLines } from '../../testing/log-lines.ts';
import { needs } from '../../testing/needs.ts';
import { KINDS_OF_PLACES, type Places } from '../../testing/places.ts';
import { type Service, startService, untilIdle } from '../../testing/service.ts';
import { makeSmallFilm } from '../../testing/small-film.ts';

for (const { name, parts, open } of KINDS_OF_PLACES) {
  describe(`The budget of a day, counted in ${name}`, function () {
    this.timeout(120_000);
    let places: Places;
    const services: Service[] = [];

    before(async function () {
      needs(this, 'ffmpeg', ...parts);
      places = await open();
      await places.put('film.mp4', await readFile(await makeSmallFilm()));
    });
    after(async () => {
      await Promise.all(services.map((each) => each.close()));
      await places?.close();
    });

    async function start(): Promise<Service> {
      const service = await startService({ ...places.environment(), MAX_GB_SECONDS_PER_DAY: '1' });
      services.push(service);
      return service;
    }

    async function ask(service: Service, path: string) {
      const response = await fetch(`${service.url}${path}`);
      const body = Buffer.from(await response.arrayBuffer());
      await untilIdle(service);
      return { status: response.status, body, plan: response.headers.get('sluice-plan') };
    }

    it('has nothing new encoded once it is spent, by any instance; all else goes on', async () => {
      const [one, other] = [await start(), await start()];
      const encoded = '/stream/film.mp4?format=webm&height=144';
      expect((await ask(one, encoded)).status).to.equal(200);
      // With 2 GB, half a second of work is all there is. What has not been written yet counts here as well.
      for (let height = 146; ; height += 2)
        if ((await ask(one, `/stream/film.mp4?format=webm&height=${height}`)).status === 503) break;
      // The other one learns what was written.
      while ((await ask(other, '/stream/film.mp4?format=webm&height=120')).status === 200) await delay(1_000);
      for (const service of [one, other]) {
        const runs = ffmpegRuns(service);
        for (const path of [
          '/stream/film.mp4?format=mp3',
          '/hls/film.mp4/240p/3.m4s',
          '/export/film.mp4?format=mp3',
        ]) {
          const { status, body } = await ask(service, path);
          expect([path, status]).to.deep.equal([path, 503]);
          expect(JSON.parse(body.toString())).to.include({ type: 'urn:sluice:problem:budget-spent' });
        }
        expect(ffmpegRuns(service)).to.equal(runs);
        expect(await ask(service, encoded))
          .to.include({ status: 200 })
          .property('plan')
          .match(/; cached$/);
        for (const path of [
          '/media/film.mp4',
          '/stream/film.mp4',
          '/hls/film.mp4/copy/0.m4s',
          '/info/film.mp4',
        ])
          expect([path, (await ask(service, path)).status]).to.deep.equal([path, 200]);
      }
      expect(
        functionLines(one).filter(({ message }) => /derived store does not work/.test(message ?? '')),
      ).to.deep.equal([]);
    });
  });
}
