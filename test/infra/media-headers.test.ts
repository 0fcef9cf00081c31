import { createReadStream } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { demoDirectory } from '../../local/function.ts';
import { launchBrowser } from '../../testing/browser.ts';
import { needs } from '../../testing/needs.ts';
import { synthesise } from '../../testing/synthesised.ts';

const HOSTILE = `<title>before</title><script>document.title = 'script'</script>
<body onload="document.title = 'onload'"><form action="/sent"><button onclick="document.title = 'onclick'">Send</button></form>`;

/** The bucket's answers with the headers that CloudFront adds to them. */
describe('mediaHeaders in a browser', function () {
  this.timeout(60_000);
  let server: Server;
  let browser: Browser;
  let page: Page;
  let address: string;

  before(async function () {
    needs(this, 'chromium');
    const policy = synthesise({ public: true, cdn: true }).resource('aws_cloudfront_response_headers_policy')
      .security_headers_config as { content_security_policy: { content_security_policy: string } };
    server = createServer((request, response) => {
      response.setHeader('x-content-type-options', 'nosniff');
      response.setHeader('content-security-policy', policy.content_security_policy.content_security_policy);
      if (request.url === '/page.mp4') return response.setHeader('content-type', 'text/html').end(HOSTILE);
      response.setHeader('content-type', 'video/mp4');
      createReadStream(join(demoDirectory, 'video.mp4')).pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
    page = await browser.newPage();
  });

  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  it('let no script of a stored page run, and no form be sent', async () => {
    await page.goto(`${address}/page.mp4`);
    expect(await page.title()).to.equal('before');
    await page.click('button');
    expect(await page.title()).to.equal('before');
    expect(page.url()).to.equal(`${address}/page.mp4`);
  });

  it('let a film play that is opened directly', async () => {
    await page.goto(`${address}/film.mp4`, { waitUntil: 'commit' });
    await page.waitForSelector('video');
    // Without scripts, Chromium leaves the start to the viewer, and calls no listener.
    await page.evaluate(`void document.querySelector('video').play()`);
    while (!(await page.evaluate(`document.querySelector('video').currentTime > 0.2`))) await setTimeout(50);
    const width = await page.evaluate(`document.querySelector('video').videoWidth`);
    expect(width).to.equal(1920);
  });
});
