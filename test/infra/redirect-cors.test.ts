import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../testing/browser.ts';
import { needs } from '../../testing/needs.ts';
import { type Block, synthesise } from '../../testing/synthesised.ts';

/** A page of one origin asks the function of another, which redirects to the bucket of a third. */
describe('the bucket behind a redirect, in a browser', function () {
  this.timeout(60_000);
  const servers: Server[] = [];
  let browser: Browser;
  let page: string;
  let film: string;
  let origins: (string | undefined)[];

  before(async function () {
    needs(this, 'chromium');
    const { cors_rule: rules } = synthesise({
      environment: { ALLOWED_ORIGINS: 'https://app.example' },
    }).resource('aws_s3_bucket_cors_configuration', 'media');
    const [rule] = rules as readonly Block[];
    const bucket = await serve((request, response) => {
      origins.push(request.headers.origin);
      response.setHeader('access-control-allow-origin', String(rule?.allowed_origins));
      response.setHeader('access-control-expose-headers', String(rule?.expose_headers));
      response.writeHead(206, { 'content-range': 'bytes 0-3/9' }).end('film');
    });
    page = await serve((_, response) =>
      response.setHeader('content-type', 'text/html').end('<title>page</title>'),
    );
    film = await serve((_, response) => {
      response.writeHead(307, { location: `${bucket}/film`, 'access-control-allow-origin': page }).end();
    });
    browser = await launchBrowser();
  });
  beforeEach(() => {
    origins = [];
  });
  after(async () => {
    await browser?.close();
    for (const server of servers) server.close();
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('is read by a page whose origin it never sees', async () => {
    const opened = await browser.newPage();
    await opened.goto(page);
    const read = await opened.evaluate(
      `fetch(${JSON.stringify(film)}, { headers: { range: 'bytes=0-3' } })
        .then(async (answer) => [answer.status, answer.headers.get('content-range'), await answer.text()])`,
    );
    expect(read).to.deep.equal([206, 'bytes 0-3/9', 'film']);
    expect(origins).to.deep.equal(['null']);
  });
});
