import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type Service, startService } from '../../testing/service.ts';

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
