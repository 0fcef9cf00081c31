import { expect } from 'chai';
import type { Browser } from 'puppeteer-core';
import { demoDirectory } from '../../local/function.ts';
import { launchFirefox } from '../../testing/firefox.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';

describe('Firefox', function () {
  this.timeout(120_000);
  let service: Service;
  let browser: Browser;

  before(async function () {
    needs(this, 'firefox');
    service = await startService({ MEDIA_DIR: demoDirectory });
    browser = await launchFirefox();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
  });

  it('plays the demo film by range and seeks in it', async () => {
    const page = await browser.newPage();
    await page.goto(`${service.url}/health`);
    const seen = await page.evaluate(`(async () => {
      const video = document.createElement('video');
      video.muted = true;
      video.src = '/media/video.mp4';
      const event = (name) => new Promise((resolve, reject) => {
        video.addEventListener(name, resolve, { once: true });
        video.addEventListener('error', () => reject(new Error(video.error.message)), { once: true });
      });
      await event('loadeddata');
      video.currentTime = 20;
      await event('seeked');
      return { duration: video.duration, height: video.videoHeight, currentTime: video.currentTime };
    })()`);
    expect(seen).to.deep.include({ height: 1080, currentTime: 20 });
    expect((seen as { duration: number }).duration).to.be.closeTo(29.97, 0.1);
    await page.close();
  });
});
