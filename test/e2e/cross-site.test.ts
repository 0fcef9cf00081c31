import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { demoDirectory } from '../../local/function.ts';
import { launchBrowser } from '../../testing/browser.ts';
import { functionLines } from '../../testing/log-lines.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';

describe('A page that embeds the local service, in Chromium', function () {
  this.timeout(90_000);
  let browser: Browser;
  let service: Service;
  let pages: Server;

  before(async function () {
    needs(this, 'chromium');
    browser = await launchBrowser();
    service = await startService({ MEDIA_DIR: demoDirectory, PLAYER_PAGE: '1' });
    pages = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(html());
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    await browser?.close();
    await service?.close();
    pages?.close();
  });

  const html = () => `<!doctype html><title>A page</title><a href="${service.url}/">there</a>
    <video muted autoplay src="${service.url}/stream/video.mp4?height=120&duration=2"></video>`;

  /** Opens the page and returns what becomes of its video. */
  async function outcomeOf(address: string): Promise<string> {
    const page = await browser.newPage();
    await page.route('https://*.example/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: html() }),
    );
    await page.goto(address);
    await page.waitForFunction(
      `(({ error, currentTime }) => error || currentTime > 0.5)(document.querySelector('video'))`,
    );
    const outcome = await page.evaluate<string>(
      `document.querySelector('video').error ? 'refused' : 'plays'`,
    );
    await page.close();
    return outcome;
  }

  const requests = () => functionLines(service).filter(({ message }) => message === 'request').length;

  for (const name of ['127.0.0.1', 'localhost']) {
    it(`plays on another port of this machine: ${name}`, async () => {
      expect(await outcomeOf(`http://${name}:${(pages.address() as AddressInfo).port}/`)).to.equal('plays');
    });
  }

  it('is refused from another site, and starts nothing', async () => {
    const before = requests();
    expect(await outcomeOf('https://evil.example/')).to.equal('refused');
    expect(requests()).to.equal(before);
  });

  it('may lead there by a link', async () => {
    const page = await browser.newPage();
    await page.route('https://*.example/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: html() }),
    );
    await page.goto('https://evil.example/');
    await page.click('a');
    await page.waitForURL(`${service.url}/`);
    expect(await page.title()).to.not.equal('A page');
    await page.close();
  });
});
