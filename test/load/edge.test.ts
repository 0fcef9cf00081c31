import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type EdgeFront, startEdge } from '../../load/edge.ts';
import { createEdgeCache, type Stored } from '../../load/edge-cache.ts';
import { watch } from '../../load/viewer.ts';
import { demoDirectory } from '../../local/function.ts';
import { type Service, startService } from '../../testing/service.ts';

describe('the cache that stands for CloudFront’s', () => {
  const answer = (control: string, status = 200): Stored => ({
    ...{ status, headers: { 'cache-control': control }, body: Buffer.from(control) },
  });
  const TABLE: [control: string, status: number, fetchedWithin: number, fetchedAfter: number][] = [
    ['max-age=31536000, immutable', 200, 1, 1],
    ['max-age=0, must-revalidate, s-maxage=5', 200, 1, 2],
    ['no-cache', 200, 2, 3],
    ['no-store', 200, 2, 3],
    ['max-age=60, private', 200, 2, 3],
    ['max-age=60', 429, 2, 3],
    ['', 200, 2, 3],
  ];
  for (const [control, status, fetchedWithin, fetchedAfter] of TABLE) {
    it(`fetches ${fetchedWithin} of two answers with ${status} and "${control}"`, async () => {
      let [now, fetched] = [0, 0];
      const cache = createEdgeCache(() => now);
      const ask = () =>
        cache.get('a', async () => {
          fetched += 1;
          return answer(control, status);
        });
      await ask();
      now = 4_999;
      expect((await ask()).status).to.equal(status);
      expect(fetched).to.equal(fetchedWithin);
      now = 5_000;
      await ask();
      expect(fetched).to.equal(fetchedAfter);
    });
  }

  it('fetches once for all who ask at the same time, and again after a failure', async () => {
    const cache = createEdgeCache();
    let fetched = 0;
    const failing = async () => {
      fetched += 1;
      await delay(5);
      throw new Error('broken off');
    };
    const failed = await Promise.allSettled([cache.get('a', failing), cache.get('a', failing)]);
    expect([fetched, ...failed.map(({ status }) => status)]).to.deep.equal([1, 'rejected', 'rejected']);
    expect((await cache.get('a', async () => answer('no-cache'))).status).to.equal(200);
  });
});

describe('what stands for CloudFront', () => {
  let folder: string;
  let origin: Server;
  let front: EdgeFront;
  const asked: string[] = [];
  const ask = async (path: string) => {
    const response = await fetch(`${front.url}${path}`);
    return [response.status, await response.text()];
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-edge-'));
    await writeFile(join(folder, 'film.mp4'), 'bytes of the film');
    origin = createServer(({ url = '' }, response) => {
      asked.push(url);
      if (url.startsWith('/stream/')) return void response.writeHead(429).end('busy');
      response.writeHead(200, { 'cache-control': 'max-age=60' }).end(url);
    });
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
    const { port } = origin.address() as AddressInfo;
    front = await startEdge({ origin: `http://127.0.0.1:${port}`, media: folder });
  });
  beforeEach(() => asked.splice(0));
  after(async () => {
    await front.close();
    origin.close();
    await rm(folder, { recursive: true });
  });

  it('has files from the bucket', async () => {
    expect(await ask('/media/film.mp4?utm_source=x')).to.deep.equal([200, 'bytes of the film']);
    expect(asked).to.deep.equal([]);
  });

  it('answers segments from its cache, by the parameters of its policy', async () => {
    for (const added of ['', '&utm_source=x', '&CMCD=bl%3D1']) await ask(`/hls/a.mp4/copy/0.m4s?v=1${added}`);
    await ask('/hls/a.mp4/copy/0.m4s?v=2');
    expect(asked).to.deep.equal(['/hls/a.mp4/copy/0.m4s?v=1', '/hls/a.mp4/copy/0.m4s?v=2']);
  });

  it('passes on what no cache has, refusals as well', async () => {
    for (let i = 0; i < 2; i++) {
      expect(await ask('/stream/film.mp4?start=1')).to.deep.equal([429, 'busy']);
      await ask('/image/film.mp4?t=1');
    }
    expect(asked).to.have.length(4);
  });
});

describe('a viewer while hostile clients have every instance', function () {
  this.timeout(120_000);
  let service: Service;
  let front: EdgeFront;
  const agent = new Agent({ keepAlive: true });
  const ended = new AbortController();
  const view = (origin: string, isOnce: true | undefined = true) =>
    watch({
      url: `${origin}/hls/video.mp4/master.m3u8?renditions=copy`,
      ...{ agent, everyMilliseconds: 0, signal: ended.signal },
      ...(isOnce && { isOnce }),
    });
  before(async () => {
    service = await startService(
      { MEDIA_DIR: demoDirectory, BEHIND_CDN: '1', PLAYLIST_SECONDS: '300' },
      { maxInstances: 1 },
    );
    front = await startEdge({ origin: service.url, media: demoDirectory });
  });
  after(async () => {
    ended.abort();
    agent.destroy();
    await front.close();
    await service.close();
  });

  it('has what CloudFront has cached, without one refusal; the Function URL alone refuses', async () => {
    const before = await view(front.url);
    expect(before).to.include({ refusedPlaylists: 0, refusedSegments: 0, missed: 0 });
    // Reads nothing of an answer that no buffer on the way holds.
    const slow = await new Promise<{ destroy(): void }>((resolve) => {
      const request = get(`${service.url}/media/video.mp4`, () => resolve(request));
      request.on('error', () => {});
    });
    try {
      expect(before.segments).to.be.above(1);
      expect(await view(front.url)).to.deep.equal(before);
      const refused = view(service.url, undefined);
      await delay(3_000);
      ended.abort();
      const seen = await refused;
      expect(seen.segments).to.equal(0);
      expect(seen.refusedPlaylists).to.be.above(0);
    } finally {
      slow.destroy();
    }
  });
});
