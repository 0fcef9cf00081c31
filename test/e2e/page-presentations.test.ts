import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openPage, playBeyond, readPlayer, until } from '../../testing/browser.ts';
import { launchFirefox } from '../../testing/firefox.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

/** Only against hanging. */
const WITHIN_MS = 60_000;

const PRESENTATIONS = [
  ['hls', '/hls/film.mp4/master.m3u8'],
  ['dash', '/dash/film.mp4/manifest.mpd'],
] as const;

describe('HLS and DASH on the player page', function () {
  this.timeout(3 * WITHIN_MS);
  let folder: string;
  let service: Service;
  let browser: Browser;

  before(async function () {
    needs(this, 'chromium', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-page-'));
    const inputs = ['testsrc2=s=640x360:r=12', 'sine=f=440', 'sine=f=880'].flatMap((each) => [
      '-f',
      'lavfi',
      '-i',
      each,
    ]);
    const tracks = [
      '-map',
      '0',
      '-map',
      '1',
      '-map',
      '2',
      '-metadata:s:a:0',
      'language=eng',
      '-metadata:s:a:1',
      'language=deu',
    ];
    const codecs = [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-g',
      '24',
      '-pix_fmt',
      'yuv420p',
      '-c:a',
      'aac',
      '-t',
      '20',
    ];
    await ffmpeg(...inputs, ...tracks, ...codecs, join(folder, 'film.mp4'));
    await ffmpeg('-f', 'lavfi', '-i', 'sine=d=10', join(folder, 'song.mp3'));
    service = await startService({ MEDIA_DIR: folder, PLAYER_PAGE: '1' });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  for (const [way, address] of PRESENTATIONS) {
    it(`loads no ${way} segment before somebody plays, then plays in the chosen quality and language`, async () => {
      const { page, complaints } = await openPage(browser);
      const media: string[] = [];
      page.on('request', (request) => /\.m4s/.test(request.url()) && media.push(request.url()));
      await page.goto(`${service.url}/#${address}`);
      const items = page.locator('#film-controls media-rendition-menu media-chrome-menu-item');
      await page.locator('#film-controls media-rendition-menu-button').click();
      await items.getByText('240p').waitFor();
      expect(media).to.deep.equal([]);

      const offered = (await items.allTextContents()).map((text) => text.trim());
      expect(offered).to.deep.equal(['360p', '240p', 'Auto']);
      await items.getByText('240p').click();
      await play(page);
      await playBeyond(page, 1, WITHIN_MS);
      expect(await readPlayer(page)).to.include({ element: 'video', error: null, height: 240 });
      expect(await page.locator('#plan').textContent()).to.match(new RegExp(`^${way}; 240 lines, `));

      await page.locator('#film-controls media-audio-track-menu-button').click();
      await page.locator('#film-controls media-audio-track-menu media-chrome-menu-item').nth(1).click();
      await until(
        page,
        WITHIN_MS,
        `performance.getEntriesByType('resource').some(({ name }) => /audio-1.*m4s/.test(name))`,
      );
      expect(Number(await page.locator('#received').getAttribute('value'))).to.be.above(10_000);
      expect(complaints).to.deep.equal([]);
      await page.close();
    });
  }

  it('plays what somebody wanted to play before the server answered', async () => {
    const { page, complaints } = await openPage(browser);
    let press = () => {};
    const pressed = new Promise<void>((resolve) => {
      press = resolve;
    });
    await page.route('**/master.m3u8', async (route) => {
      await pressed;
      await route.continue();
    });
    await page.goto(service.url);
    await page.waitForRequest('**/master.m3u8');
    await page.evaluate(`void document.querySelector('video').play()`);
    press();
    await playBeyond(page, 1, WITHIN_MS);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('plays a song as HLS, and goes on to another way without a trace', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(`${service.url}/#/hls/song.mp3/master.m3u8`);
    await until(page, WITHIN_MS, `document.querySelector('audio').src !== ''`);
    await play(page);
    await playBeyond(page, 1, WITHIN_MS);
    expect(await readPlayer(page)).to.include({ element: 'audio', error: null });
    await page.getByLabel('Original bytes').check();
    await playBeyond(page, 1, WITHIN_MS);
    expect(await page.locator('audio').getAttribute('src')).to.equal('/media/song.mp3');
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('shows why a presentation cannot be played, in the words of the server', async () => {
    const { page } = await openPage(browser);
    await page.goto(service.url);
    await page.getByLabel('What is played').fill('/hls/film.mp4/master.m3u8?min-height=2000');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.locator('#problem:not([hidden])').waitFor();
    expect(await page.locator('#problem-detail').textContent()).to.contain('min-height');
    await page.close();
  });

  it('plays HLS in Firefox as well', async function () {
    needs(this, 'firefox');
    const firefox = await launchFirefox();
    try {
      const page = await firefox.newPage();
      await page.goto(`${service.url}/#/hls/film.mp4/master.m3u8`);
      const state = `(() => {
        const video = document.querySelector('video');
        if (video.src && video.paused) void video.play().catch(() => {});
        return { time: video.currentTime, problem: document.querySelector('#problem-detail').textContent };
      })()`;
      const start = performance.now();
      for (;;) {
        const { time, problem } = (await page.evaluate(state)) as { time: number; problem: string };
        expect(problem).to.equal('');
        if (time > 1) break;
        expect(performance.now() - start).to.be.below(WITHIN_MS);
      }
    } finally {
      await firefox.close();
    }
  });
});

/** Like a click, which the browser's own controls would hide from a test. */
const play = (page: Page) =>
  page.evaluate(`void [...document.querySelectorAll('video, audio')].find((each) => each.src)?.play()`);
