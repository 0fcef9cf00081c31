import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { functionLines, type LogFields } from '../../testing/log-lines.ts';
import { needs } from '../../testing/needs.ts';
import { openFolders, type Places } from '../../testing/places.ts';
import { type Service, startService, untilIdle } from '../../testing/service.ts';
import { makeSmallFilm } from '../../testing/small-film.ts';

describe('The segment after the one that was sent', function () {
  this.timeout(120_000);
  let places: Places;
  let ahead: Service;
  let reader: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    places = await openFolders();
    await places.put('film.mp4', await readFile(await makeSmallFilm()));
    ahead = await startService({ ...places.environment(), HEAD_START_SEGMENTS: '1' });
    reader = await startService(places.environment());
  });
  after(async () => {
    await ahead?.close();
    await reader?.close();
    await places?.close();
  });

  it('is cached before anybody asks for it: another instance starts no ffmpeg', async () => {
    await ask(ahead, '/hls/film.mp4/240p/0.m4s');
    await untilIdle(ahead);
    expect(await places.cachedNames()).to.have.length(2);

    const next = await ask(reader, '/hls/film.mp4/240p/1.m4s');
    expect(next.headers.get('sluice-plan')).to.match(/; cached$/);
    expect(runs(reader)).to.equal(0);
    const plain = await startService(without(places.environment()));
    expect(next.body.equals((await ask(plain, '/hls/film.mp4/240p/1.m4s')).body)).to.equal(true);
    await plain.close();
  });

  it('is also produced if the sent one was cached, and not for HEAD, 304 or an image', async () => {
    const etag = (await ask(reader, '/hls/film.mp4/240p/1.m4s')).headers.get('etag') ?? '';
    const before = await places.cachedNames();
    await ask(ahead, '/hls/film.mp4/240p/1.m4s', { method: 'HEAD' });
    const unchanged = await ask(ahead, '/hls/film.mp4/240p/1.m4s', { headers: { 'if-none-match': etag } });
    expect(unchanged.status).to.equal(304);
    await untilIdle(ahead);
    expect(await places.cachedNames()).to.have.members(before);

    await ask(ahead, '/hls/film.mp4/240p/iframe-1.m4s');
    await untilIdle(ahead);
    expect(await places.cachedNames()).to.have.length(before.length + 1);

    const hit = await ask(ahead, '/hls/film.mp4/240p/1.m4s');
    expect(hit.headers.get('sluice-plan')).to.match(/; cached$/);
    await untilIdle(ahead);
    expect(await places.cachedNames()).to.have.length(before.length + 2);
    const next = await ask(reader, '/hls/film.mp4/240p/2.m4s');
    expect(next.headers.get('sluice-plan')).to.match(/; cached$/);
    expect(runs(reader)).to.equal(0);
  });

  it('is produced once, even if a player asks for it at once', async () => {
    await places.put('other.mp4', await readFile(await makeSmallFilm()));
    const playlist = (await ask(reader, '/hls/other.mp4/240p/index.m3u8')).body.toString();
    const names = playlist.split('\n').filter((line) => /^\d+\.m4s/.test(line));
    expect(names.length).to.be.above(4);
    const before = { runs: runs(ahead), outputs: (await places.cachedNames()).length };
    for (const segment of names) {
      expect((await ask(ahead, `/hls/other.mp4/240p/${segment}`)).status).to.equal(200);
    }
    await untilIdle(ahead);
    expect((await places.cachedNames()).length - before.outputs).to.equal(names.length);
    const produced = runs(ahead) - before.runs;
    console.log(`      ${names.length} segments played in turn: ${produced} runs of ffmpeg`);
    expect(produced).to.equal(names.length);
  });
});

async function ask(service: Service, path: string, init: RequestInit = {}) {
  const response = await fetch(`${service.url}${path}`, init);
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

/** The same media, and nothing cached. */
function without(environment: Record<string, string>): Record<string, string> {
  const { DERIVED_DIR: _, DERIVED_BUCKET: __, ...rest } = environment;
  return rest;
}

/** Counts the ffmpegs that ran for viewers and ahead of them, with a head start of at most one segment. */
function runs(service: Service): number {
  const ran = ({ timing }: LogFields) => timing?.includes('spawn');
  return functionLines(service).filter(ran).length;
}
