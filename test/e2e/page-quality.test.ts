import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openPage, playBeyond, until } from '../../testing/browser.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

/** Only against hanging. */
const WITHIN_MS = 60_000;
const require = createRequire(import.meta.url);
const AXE = require.resolve('axe-core');

describe('the player page, for everybody', function () {
  this.timeout(3 * WITHIN_MS);
  let folder: string;
  let service: Service;
  let browser: Browser;

  before(async function () {
    needs(this, 'chromium', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-page-'));
    const video = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=12:d=8', '-f', 'lavfi', '-i', 'sine=d=8'];
    const codecs = [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-g',
      '12',
      '-pix_fmt',
      'yuv420p',
      '-c:a',
      'aac',
    ];
    await ffmpeg(...video, ...codecs, join(folder, 'Amélie.mp4'));
    for (const [name, seconds] of [
      ['Song 2.mp3', '3'],
      ['Song 10.mp3', '9'],
    ] as const) {
      await ffmpeg('-f', 'lavfi', '-i', `sine=d=${seconds}`, join(folder, name));
    }
    service = await startService({ MEDIA_DIR: folder, PLAYER_PAGE: '1' });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('violates no rule of axe, and does not scroll sideways, from 390 to 2560 pixels in both schemes', async () => {
    const { page, complaints } = await openPage(browser);
    await openFilm(page);
    await page.locator('summary').click();
    // The page's policy lets no other script in: axe comes through the debugger.
    await page.evaluate(await readFile(AXE, 'utf8'));
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [390, 1024, 1440, 2560]) {
        await page.setViewportSize({ width, height: 900 });
        const overflow = await page.evaluate<number>(`document.documentElement.scrollWidth - innerWidth`);
        expect(overflow, `${width} pixels`).to.be.at.most(0);
        const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
          `axe.run(document, { resultTypes: ['violations'] })`,
        );
        const violations = found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
        expect(violations, `${width} pixels, ${colorScheme}`).to.deep.equal([]);
      }
    }
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('moves nothing under the eyes of a person while it loads and plays', async () => {
    const page = await browser.newPage();
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.addInitScript(`
      globalThis.shift = 0;
      new PerformanceObserver((list) => {
        for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) globalThis.shift += value;
      }).observe({ type: 'layout-shift', buffered: true });
    `);
    await openFilm(page);
    await page.evaluate(`void document.querySelector('video').play()`);
    await playBeyond(page, 2, WITHIN_MS);
    const shift = await page.evaluate<number>('globalThis.shift');
    console.log(`      layout shift ${shift.toFixed(4)}`);
    expect(shift).to.be.at.most(0.05);
    await page.close();
  });

  it('weighs at most 250 kB before it plays, and asks for no segment', async () => {
    const page = await browser.newPage();
    let packed = 0;
    const media: string[] = [];
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (/\.m4s$|^\/(?:media|stream)\//.test(pathname)) media.push(pathname);
    });
    page.on('response', async (response) => {
      const type = response.headers()['content-type'] ?? '';
      if (/html|javascript|json|css/.test(type)) packed += gzipSync(await response.body()).length;
    });
    await page.goto(service.url);
    await until(page, WITHIN_MS, `document.querySelectorAll('.thumb img:not([hidden])').length === 1`);
    await page.waitForLoadState('networkidle');
    expect(await page.locator('#film-controls media-play-button').isVisible()).to.equal(true);
    console.log(`      ${(packed / 1000).toFixed(1)} kB`);
    expect(packed).to.be.within(1_000, 250_000);
    expect(media).to.have.length.at.most(3);
    await page.close();
  });

  it('shows the requests of a playback, with their times and sizes', async () => {
    const { page } = await openPage(browser);
    await openFilm(page);
    await page.evaluate(`void document.querySelector('video').play()`);
    await playBeyond(page, 1, WITHIN_MS);
    const rows = await page.locator('#requests tr').allTextContents();
    for (const name of [/\/0\.m4s/, /\/init\.mp4/, /\/master\.m3u8/]) {
      const row = rows.find((each) => name.test(each)) ?? '';
      expect(row).to.match(/\d m?s\d+(\.\d+)? m?s\d+(\.\d+)? k?B/);
    }
    // The longest that a row may have.
    await page.evaluate(`(() => {
      const [name, cache, first, total, size] = document.querySelector('#requests tr').cells;
      name.textContent = 'A film of a long name (2024).mp4/master.m3u8';
      cache.innerHTML = '<span class="badge">cached</span>';
      first.textContent = total.textContent = '12.34 s';
      size.textContent = '999 MB';
    })()`);
    for (const width of [390, 960, 1024, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      const beyond = `(({ table, card }) => table.scrollWidth - card.clientWidth)({
        table: document.querySelector('table'), card: document.getElementById('requests-card') })`;
      expect(await page.evaluate<number>(beyond), `${width} pixels`).to.be.at.most(0);
      expect(await page.evaluate(`document.documentElement.scrollWidth - innerWidth`)).to.be.at.most(0);
    }
    await page.close();
  });

  it('hands out code for other places, with absolute addresses', async () => {
    const { page } = await openPage(browser);
    await openFilm(page);
    await page.locator('#snippet-for').getByText('curl', { exact: true }).click();
    expect(await page.locator('#snippet').textContent()).to.equal(
      `curl -fL -o './Amélie.mp4' '${service.url}/play/${encodeURIComponent('Amélie.mp4')}'`,
    );
    await page.close();
  });

  it('goes on to the next song of a folder, in the order in which people count', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(`${service.url}/#/media/${encodeURIComponent('Song 2.mp3')}`);
    await until(page, WITHIN_MS, `document.querySelector('audio').readyState >= 2`);
    await page.evaluate(`void document.querySelector('audio').play()`);
    await until(page, WITHIN_MS, `document.getElementById('title').textContent === 'Song 10.mp3'`);
    await playBeyond(page, 1, WITHIN_MS);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  async function openFilm(page: Page): Promise<void> {
    await page.goto(`${service.url}/#/hls/${encodeURIComponent('Amélie.mp4')}/master.m3u8`);
    await page.locator('#film-controls media-rendition-menu-button').waitFor({ timeout: WITHIN_MS });
  }
});
