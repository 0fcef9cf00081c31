import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { ffmpegRuns, functionLines, linesWhich } from '../../testing/log-lines.ts';
import { needs } from '../../testing/needs.ts';
import { KINDS_OF_PLACES, type Places } from '../../testing/places.ts';
import { type Service, startService } from '../../testing/service.ts';
import { makeSmallFilm } from '../../testing/small-film.ts';

const isCached = ({ message, cached }: { readonly message?: string; readonly cached?: unknown }) =>
  message === 'deferred' && cached !== undefined;

for (const { name, parts, open } of KINDS_OF_PLACES) {
  describe(`An output is cached, in ${name}`, function () {
    this.timeout(120_000);
    let places: Places;
    let film: Buffer;
    let producer: Service;
    let other: Service;

    before(async function () {
      needs(this, 'ffmpeg', ...parts);
      film = await readFile(await makeSmallFilm());
      places = await open();
      producer = await startService(places.environment());
      other = await startService(places.environment());
    });
    after(async () => {
      await producer?.close();
      await other?.close();
      await places?.close();
    });

    /**
     * Formats that players read by range are cached with an index in front: other bytes than the live ones.
     */
    const FORMS: readonly [what: string, path: string, asSent: boolean][] = [
      ['a transcode', '/stream/film.mp4?format=webm&height=144&duration=4', false],
      ['audio alone', '/stream/film.mp4?format=mp3', true],
      ['a remux', '/stream/film.mp4?format=mp4&duration=8', false],
      ['a segment', '/hls/film.mp4/240p/1.m4s', true],
    ];
    for (const [what, path, asSent] of FORMS) {
      it(`${what}: another instance serves it with ranges, and starts no ffmpeg`, async () => {
        await places.put('film.mp4', film);
        const cached = cachedCount(producer);
        const first = await ask(producer, path);
        expect(first).to.include({ status: 200 });
        expect(first.headers.get('accept-ranges')).to.equal('none');
        await linesWhich(producer, cached + 1, isCached);

        const runs = ffmpegRuns(other);
        const whole = await ask(other, path);
        expect(whole.body.equals(first.body)).to.equal(asSent);
        const range = await ask(other, path, { range: 'bytes=100-199' });
        expect(range.status).to.equal(206);
        expect(range.headers.get('content-range')).to.equal(`bytes 100-199/${whole.body.length}`);
        expect(range.body.equals(whole.body.subarray(100, 200))).to.equal(true);
        expect(range.headers.get('sluice-plan')).to.match(/; cached$/);
        const etag = range.headers.get('etag') ?? '';
        expect(etag).to.match(/^"/);

        const head = await ask(other, path, {}, 'HEAD');
        expect(head.headers.get('x-amzn-remapped-content-length')).to.equal(String(whole.body.length));
        expect((await ask(other, path, { 'if-none-match': etag })).status).to.equal(304);
        const rest = { range: 'bytes=-5', 'if-range': etag };
        expect((await ask(producer, path, rest)).body.equals(whole.body.subarray(-5))).to.equal(true);
        // A client that began with the live answer has another tag, and gets no part of these bytes.
        const begun = { range: 'bytes=100-199', 'if-range': first.headers.get('etag') ?? '' };
        const again = await ask(other, path, begun);
        expect([again.status, again.body.equals(whole.body)]).to.deep.equal([200, true]);
        // Nothing else is left beside it.
        expect((await places.cachedNames()).filter((name) => name.startsWith('parts/'))).to.deep.equal([]);
        expect(ffmpegRuns(other) - runs).to.equal(0);
      });
    }

    it('is one for all spellings of the same request', async () => {
      await places.put('film.mp4', film);
      const before = new Set(await places.cachedNames());
      const cached = cachedCount(producer);
      const asked = '/stream/film.mp4?format=webm&height=144';
      await ask(producer, `${asked}&start=2`);
      await linesWhich(producer, cached + 1, isCached);
      const runs = ffmpegRuns(other);
      const starts = Array.from({ length: 40 }, (_, i) => `&start=2.0000${String(i).padStart(2, '0')}`);
      const spellings = [
        '&start=02.0',
        '&start=2&duration=86400',
        '&audio=0&start=2',
        '&accept=vp9,av1,opus&start=2',
      ];
      for (const spelling of [...starts, ...spellings]) {
        const { status, headers } = await ask(other, `${asked}${spelling}`);
        expect([spelling, status, headers.get('sluice-plan')?.endsWith('; cached')]).to.deep.equal([
          spelling,
          200,
          true,
        ]);
      }
      expect(ffmpegRuns(other) - runs).to.equal(0);
      expect((await places.cachedNames()).filter((name) => !before.has(name))).to.have.length(1);
    });

    it('is there as soon as the original', async () => {
      const path = '/stream/film.mp4?format=mp3';
      const range = { range: 'bytes=0-99999' };
      const cached = cachedCount(other);
      // In a folder, writing the film again created another version.
      const { headers } = await ask(other, path);
      if (!headers.get('sluice-plan')?.endsWith('cached')) await linesWhich(other, cached + 1, isCached);
      const runs = ffmpegRuns(other);
      // The first answer from the cache finds it, later ones know it.
      await ask(other, path, range);
      const last = await ask(other, path, range);
      expect(last.headers.get('sluice-plan')).to.match(/; cached$/);
      // What decides the time on any machine: nothing is produced, and both places are asked once.
      expect(ffmpegRuns(other) - runs).to.equal(0);
      const steps = last.headers.get('server-timing')?.replaceAll(/;dur=[\d.]+/g, '');
      expect(steps).to.equal('stat, probe, first, cached');
    });

    it('is never served for another version of its source, nor for another object', async () => {
      const paths = ['/stream/film.mp4?format=webm&height=144&duration=1', '/hls/film.mp4/240p/0.m4s'];
      await places.put('film.mp4', film);
      const cached = { producer: cachedCount(producer), other: cachedCount(other) };
      const olds = await Promise.all(paths.map((path) => ask(producer, path)));
      await linesWhich(producer, cached.producer + 2, isCached);
      const address = await segmentAddress(other);
      const before = await places.cachedNames();

      await places.put('film.mp4', await readFile(await makeSmallFilm(90)));
      for (const [i, path] of paths.entries()) {
        const fresh = await ask(other, path);
        expect(fresh.status).to.equal(200);
        expect(fresh.headers.get('sluice-plan')).to.not.match(/cached/);
        expect(fresh.headers.get('etag')).to.not.equal(olds[i]?.headers.get('etag'));
        expect(fresh.body.equals(olds[i]?.body ?? Buffer.alloc(0))).to.equal(false);
      }
      expect(await segmentAddress(other)).to.not.equal(address);
      expect((await ask(other, address)).status).to.equal(404);

      // A copy under another key has the same ETag in S3, and is another object all the same.
      await places.put('copy.mp4', film);
      const copy = await ask(other, '/stream/copy.mp4?format=webm&height=144&duration=1');
      expect(copy.headers.get('sluice-plan')).to.not.match(/cached/);
      await linesWhich(other, cached.other + 3, isCached);
      const names = new Set([...before, ...(await places.cachedNames())]);
      expect(names.size).to.equal(before.length + 3);
    });
  });
}

function cachedCount(service: Service): number {
  return functionLines(service).filter(isCached).length;
}

async function ask(service: Service, path: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(`${service.url}${path}`, { method, headers });
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

/** As the playlist names it, with its version. */
async function segmentAddress(service: Service): Promise<string> {
  const playlist = (await ask(service, '/hls/film.mp4/240p/index.m3u8')).body.toString();
  const name = playlist.split('\n').find((line) => /^0\.m4s/.test(line));
  return `/hls/film.mp4/240p/${name}`;
}
