import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openPage, until } from '../../testing/browser.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

/** Only against hanging. */
const WITHIN_MS = 20_000;

describe('the player page', function () {
  this.timeout(60_000);
  let folder: string;
  let service: Service;
  let browser: Browser;

  before(async function () {
    needs(this, 'chromium', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-page-'));
    const halves = 'color=red:s=320x180:r=10:d=10[a];color=blue:s=320x180:r=10:d=10[b];[a][b]concat';
    const film = ['-f', 'lavfi', '-i', halves, '-c:v', 'libx264', '-g', '10', '-pix_fmt', 'yuv420p'];
    await ffmpeg(...film, join(folder, 'film.mp4'));
    await writeFile(join(folder, 'film.en.srt'), '1\n00:00:02,000 --> 00:00:18,000\nA cue\n');
    await ffmpeg('-f', 'lavfi', '-i', 'sine=d=10', join(folder, 'song.mp3'));
    service = await startService({ MEDIA_DIR: folder, PLAYER_PAGE: '1' });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('shows a poster, and subtitles that can be chosen', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(`${service.url}/#/media/film.mp4`);
    await until(page, WITHIN_MS, `document.querySelector('video').poster !== ''`);
    const poster = await page.evaluate<string>(`document.querySelector('video').poster`);
    const answer = await fetch(poster);
    expect([answer.status, answer.headers.get('content-type')]).to.deep.equal([200, 'image/jpeg']);
    expect(await page.evaluate(`document.querySelector('track[kind=subtitles]').label`)).to.equal('English');
    await page.evaluate(`{
      const video = document.querySelector('video');
      video.textTracks[0].mode = 'showing';
      video.currentTime = 5;
    }`);
    await until(
      page,
      WITHIN_MS,
      `document.querySelector('video').textTracks[0].activeCues?.[0]?.text === 'A cue'`,
    );
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('shows what lies under the pointer on the seek bar', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(`${service.url}/#/media/film.mp4`);
    await until(page, WITHIN_MS, `document.querySelector('video').readyState >= 2`);
    // Its cues are read once the track is there.
    await until(page, WITHIN_MS, `document.querySelector('track[label=thumbnails]')?.track.cues?.length > 0`);
    const bar = await page.locator('#film-controls media-time-range').boundingBox();
    if (bar === null) throw new Error('There is no seek bar.');
    for (const [share, colour] of [
      [0.25, 'red'],
      [0.75, 'blue'],
    ] as const) {
      await page.mouse.move(bar.x + share * bar.width, bar.y + bar.height / 2);
      await page.locator('#film-controls media-preview-thumbnail').waitFor();
      expect(await colourOf(page)).to.equal(colour);
    }
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('shows the waveform of a song', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(`${service.url}/#/media/song.mp3`);
    await page.locator('#waveform:not([hidden])').waitFor();
    expect(await page.evaluate(`document.getElementById('waveform').naturalWidth > 0`)).to.equal(true);
    expect(await page.locator('#cover').isHidden()).to.equal(true);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });
});

/** The colour in the middle of the tile, once its sheet is there. */
async function colourOf(page: Page): Promise<string> {
  const box = await page.locator('#film-controls media-preview-thumbnail').boundingBox();
  if (box === null) throw new Error('There is no tile.');
  const clip = { x: box.x + 10, y: box.y + 10, width: 4, height: 4 };
  const start = performance.now();
  for (;;) {
    const shot = (await page.screenshot({ clip })).toString('base64');
    const [red = 0, , blue = 0] = await page.evaluate<number[]>(`(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${shot}';
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: 4, height: 4 });
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      return Array.from(context.getImageData(1, 1, 1, 1).data);
    })()`);
    if (Math.abs(red - blue) > 100) return red > blue ? 'red' : 'blue';
    if (performance.now() - start > WITHIN_MS) return `neither (${red}, ${blue})`;
  }
}
