import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type Service, startService, untilIdle } from '../../testing/service.ts';
import { pattern } from '../../testing/sources.ts';

const SECRET = 'wJalrXUtnFEMI-not-for-the-log';

describe('a store that fails again and again, behind the whole service', function () {
  this.timeout(60_000);
  let store: Server;
  let status: number;
  let asked: number;
  let service: Service;

  before(async () => {
    [status, asked] = [500, 0];
    store = createServer((_, response) => {
      asked++;
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => {
      store.listen(0, '127.0.0.1', resolve);
    });
    service = await startService(
      {
        MEDIA_BUCKET: 'films',
        AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(store.address() as AddressInfo).port}`,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
        AWS_SECRET_ACCESS_KEY: SECRET,
      },
      { maxInstances: 1 },
    );
  });
  after(async () => {
    await service.close();
    store.closeAllConnections();
    await new Promise((resolve) => store.close(resolve));
  });

  async function ask() {
    const response = await fetch(`${service.url}/media/film.mp4`);
    const { type = '', detail = '' } = (await response.json()) as { type?: string; detail?: string };
    const retryAfter = Number(response.headers.get('retry-after'));
    return { status: response.status, type, detail, retryAfter, asked };
  }

  it('is asked five times, with retries; then answers come at once, until it has recovered', async () => {
    for (let i = 1; i <= 5; i++) {
      const answer = await ask();
      expect([answer.status, answer.type]).to.deep.equal([503, 'urn:sluice:problem:source-unavailable']);
      expect(answer.detail).to.not.contain('repeatedly');
      expect(answer.asked, 'each has three attempts').to.equal(3 * i);
    }
    const started = performance.now();
    for (let i = 0; i < 20; i++) {
      const answer = await ask();
      expect([answer.status, answer.asked]).to.deep.equal([503, 15]);
      expect(answer.detail).to.match(
        /^The media store has failed repeatedly, and is asked again in [1-3] seconds/,
      );
      expect(answer.retryAfter).to.be.within(1, 3);
    }
    console.log(`      20 answers in ${(performance.now() - started).toFixed(0)} ms while it is not asked`);
    status = 404;
    while ((await ask()).status === 503) await delay(50);
    expect(asked).to.equal(16);
    expect((await ask()).status).to.equal(404);
  });

  it('is named nowhere in the log, nor are credentials', () => {
    const text = service.logs.map((line) => line.text).join('\n');
    expect(text).to.contain('source-unavailable');
    expect(text).to.not.match(/127\.0\.0\.1|AKIA|Signature=/);
    expect(text).to.not.contain(SECRET);
  });
});

/** Starts a store that answers as `listener` does, and a service before it. */
async function serviceOf(listener: RequestListener) {
  const store = createServer(listener);
  await new Promise<void>((resolve) => {
    store.listen(0, '127.0.0.1', resolve);
  });
  const service = await startService(
    {
      MEDIA_BUCKET: 'films',
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(store.address() as AddressInfo).port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: SECRET,
    },
    { maxInstances: 1 },
  );
  const close = async () => {
    await service.close();
    store.closeAllConnections();
    await new Promise((resolve) => store.close(resolve));
  };
  return { service, close };
}

describe('a store that hangs', function () {
  this.timeout(120_000);

  it('keeps two viewers waiting; then answers come at once', async () => {
    let asked = 0;
    const { service, close } = await serviceOf(() => {
      asked++;
    });
    const ask = async () =>
      ((await (await fetch(`${service.url}/media/film.mp4`)).json()) as { detail: string }).detail;
    for (let i = 1; i <= 2; i++) {
      expect(await ask()).to.not.contain('repeatedly');
      expect(asked).to.equal(3 * i);
    }
    for (let i = 0; i < 20; i++) expect(await ask()).to.contain('has failed repeatedly');
    expect(asked).to.equal(6);
    await close();
  });
});

describe('a store that breaks off after each byte', function () {
  this.timeout(60_000);
  const film = pattern(200_000);
  const READS: readonly [path: string, headers: Record<string, string>][] = [
    ['/media/film.mp4', { range: 'bytes=0-31743' }],
    ['/stream/film.mp4', {}],
    ['/hls/film.mp4/master.m3u8', {}],
  ];
  for (const [path, headers] of READS) {
    it(`is asked a dozen times for one request, and not thousands: ${path} ${JSON.stringify(headers)}`, async () => {
      let asked = 0;
      const { service, close } = await serviceOf((request, response) => {
        asked++;
        const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
        const start = Number(from ?? 0);
        const end = Math.min(Number(to ?? film.length - 1), film.length - 1);
        response.writeHead(request.method === 'HEAD' ? 200 : 206, {
          etag: '"film"',
          'last-modified': new Date(0).toUTCString(),
          'content-length': end + 1 - start,
          'content-range': `bytes ${start}-${end}/${film.length}`,
        });
        if (request.method === 'HEAD') response.end();
        else response.write(film.subarray(start, start + 1), () => response.socket?.resetAndDestroy());
      });
      const outcome = await fetch(`${service.url}${path}`, { headers, redirect: 'manual' })
        .then(async (response) => (await response.arrayBuffer()) && response.status)
        .catch(() => 'broken');
      expect(outcome).to.be.oneOf(['broken', 503]);
      await untilIdle(service);
      expect(asked).to.be.within(2, 12);
      await close();
    });
  }
});
