import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { ffmpegRuns, linesWhich } from '../../testing/log-lines.ts';
import { needs } from '../../testing/needs.ts';
import { KINDS_OF_PLACES, type Places } from '../../testing/places.ts';
import { type Service, startService } from '../../testing/service.ts';
import { makeSmallFilm } from '../../testing/small-film.ts';

const INSTANCES = 8;
const REQUESTS = 16;

for (const { name, parts, open } of KINDS_OF_PLACES) {
  describe(`Instances that have only ${name} in common`, function () {
    this.timeout(120_000);
    let places: Places;
    let service: Service;

    before(async function () {
      needs(this, 'ffmpeg', ...parts);
      places = await open();
      await places.put('film.mp4', await readFile(await makeSmallFilm()));
      service = await startService(places.environment(), { maxInstances: INSTANCES });
      while (service.counters().instancesStarted < INSTANCES) {
        await Promise.all(Array.from({ length: INSTANCES }, () => insist(service, '/info/film.mp4')));
      }
    });
    after(async () => {
      await service?.close();
      await places?.close();
    });

    it(`produce a segment at most twice for ${REQUESTS} simultaneous requests`, async () => {
      const path = '/hls/film.mp4/240p/2.m4s';
      const bodies = await Promise.all(Array.from({ length: REQUESTS }, () => insist(service, path)));
      await linesWhich(service, REQUESTS, (line) => line.message === 'request' && line.path === path);
      const runs = ffmpegRuns(service);
      console.log(`      ${REQUESTS} requests on ${INSTANCES} instances: ${runs} runs of ffmpeg`);
      expect(service.counters().instancesStarted).to.equal(INSTANCES);
      expect(runs).to.be.within(1, 2);
      const [first = Buffer.alloc(0)] = bodies;
      expect(first.length).to.be.above(10_000);
      expect(bodies.every((body) => body.equals(first))).to.equal(true);
    });
  });
}

/** Repeats the request while all instances are busy, as a player does. */
async function insist(service: Service, path: string): Promise<Buffer> {
  for (;;) {
    const response = await fetch(`${service.url}${path}`);
    const body = Buffer.from(await response.arrayBuffer());
    if (response.status === 200) return body;
    expect(response.status).to.equal(429);
    await delay(50);
  }
}
