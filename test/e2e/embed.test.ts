import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import type { Browser as Firefox } from 'puppeteer-core';
import { sign } from '../../functions/stream/route/sign.ts';
import { launchBrowser, openPage, until } from '../../testing/browser.ts';
import { startEncrypted, tokenOf } from '../../testing/encrypted.ts';
import { launchFirefox } from '../../testing/firefox.ts';
import { chromiumPerson, firefoxPerson } from '../../testing/hands.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { makeSmallFilm } from '../../testing/small-film.ts';

const WITHIN_MS = 60_000;
const KEY = { id: 'main', secret: 's'.repeat(32) };
const FILM = 'film.mp4';
const VIDEO = `document.querySelector('sluice-player')?.media`;

describe('/embed', function () {
  this.timeout(2 * WITHIN_MS);
  let service: Service;
  let browser: Browser;
  let firefox: Firefox;
  let parent: Server;
  /** The same pages, once by the allowed name and once by another. */
  let allowed: string;
  let other: string;
  let html = '';

  before(async function () {
    needs(this, 'chromium', 'firefox', 'ffmpeg');
    parent = createServer((_, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
    });
    await once(parent.listen(0, '127.0.0.1'), 'listening');
    const { port } = parent.address() as AddressInfo;
    allowed = `http://127.0.0.1:${port}`;
    other = `http://localhost:${port}`;
    service = await startService({
      ...{
        MEDIA_DIR: dirname(await makeSmallFilm()),
        PUBLIC: '0',
        EMBED_ORIGINS: `https://a.example,${allowed}`,
        PLAYER_PAGE: '1',
        UPLOADS: '1',
      },
      SIGNING_KEYS: `${KEY.id}:${KEY.secret}`,
    });
    browser = await launchBrowser();
    firefox = await launchFirefox();
  });

  after(async () => {
    await browser?.close();
    await firefox?.close();
    await service?.close();
    parent?.close();
  });

  const token = () => sign(KEY, { kind: 'key', key: FILM }, Math.ceil(Date.now() / 1000) + 600);

  async function frame(
    origin: string,
    query: string,
    address = `${service.url}/~${token()}/embed/${FILM}${query}`,
  ) {
    html = `<!doctype html><title>A page</title><link rel="icon" href="data:,">
<iframe src="${address}" width="640" height="300" allow="autoplay; encrypted-media; fullscreen; picture-in-picture"></iframe>`;
    const { page, complaints } = await openPage(browser);
    const requests: string[] = [];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    await page.goto(origin);
    const framed = page.frames()[1];
    if (framed === undefined) throw new Error('The page has no frame.');
    return { page, framed, complaints, requests };
  }

  it('plays a part of a signed film in a page of an allowed origin, within its policy', async () => {
    const { page, framed, complaints } = await frame(allowed, '?start=5&end=11');
    await until(framed, WITHIN_MS, `${VIDEO}?.readyState >= 1`);
    await framed.evaluate(`void ${VIDEO}.play()`);
    await until(framed, WITHIN_MS, `${VIDEO}.currentTime > 1`);
    expect(await framed.evaluate<number>(`${VIDEO}.duration`)).to.be.closeTo(6, 0.1);
    expect(await framed.title()).to.equal(FILM);
    const size = `(({ width, height }) => [width, height])(${VIDEO}.getBoundingClientRect())`;
    expect(await framed.evaluate(size)).to.deep.equal([640, 300]);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  for (const scheme of ['aes-128', 'cbcs'] as const) {
    it(`plays a film that is sent encrypted, ${scheme}, in Chromium and Firefox`, async () => {
      const folder = dirname(await makeSmallFilm());
      const encrypted = await startEncrypted(scheme, { MEDIA_DIR: folder, EMBED_ORIGINS: allowed });
      const address = `${encrypted.url}/~${tokenOf(FILM)}/embed/${FILM}`;
      const plays = `${VIDEO}?.currentTime > 1 && ${VIDEO}.nativeEl.getVideoPlaybackQuality().totalVideoFrames > 10`;
      const { page, framed, complaints, requests } = await frame(allowed, '', address);
      await until(framed, WITHIN_MS, `${VIDEO}?.readyState >= 1`);
      await framed.evaluate(`void ${VIDEO}.play()`);
      await until(framed, WITHIN_MS, plays);
      const name = scheme === 'cbcs' ? 'license.json' : 'content.key';
      expect(requests.some((path) => path.endsWith(`/key/${FILM}/${name}`))).to.equal(true);
      expect(complaints).to.deep.equal([]);
      await page.close();
      const own = await firefox.newPage();
      await own.goto(address);
      await own.waitForFunction(`${VIDEO}?.readyState >= 1`, { timeout: WITHIN_MS });
      await own.evaluate(`void ${VIDEO}.play()`);
      await own.waitForFunction(plays, { timeout: WITHIN_MS });
      await own.close();
      await encrypted.close();
    });
  }

  it('plays within its policy in Firefox as well', async function () {
    needs(this, 'firefox');
    const person = await firefoxPerson();
    try {
      const hands = await person.newHands();
      await hands.open(`${service.url}/~${token()}/embed/${FILM}`);
      await hands.until(`${VIDEO}?.readyState >= 1`);
      await hands.click('media-play-button');
      await hands.until(`${VIDEO}.currentTime > 0.5`);
      await hands.click('media-playback-rate-menu-button');
      await hands.click('media-chrome-menu-item', '1.5');
      await hands.until(`${VIDEO}.playbackRate === 1.5`);
      expect(await hands.complaints()).to.deep.equal([]);
    } finally {
      await person.close();
    }
  });

  it('shows subtitles within its policy, in Chromium and Firefox', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-embed-'));
    await copyFile(await makeSmallFilm(), join(folder, FILM));
    await writeFile(join(folder, 'film.en.srt'), '1\n00:00:00,000 --> 00:00:19,000\nA cue\n');
    const captioned = await startService({ MEDIA_DIR: folder, EMBED_ORIGINS: allowed });
    for (const person of [await chromiumPerson(), await firefoxPerson()]) {
      const hands = await person.newHands();
      await hands.open(`${captioned.url}/embed/${FILM}`);
      await hands.until(`${VIDEO}?.readyState >= 1`);
      // Captions lie above the controls of a film that is paused.
      const lift = `getComputedStyle(${VIDEO}.nativeEl).getPropertyValue('--media-webkit-text-track-transform')`;
      expect(await hands.see(lift)).to.equal('translateY(-76px)');
      await hands.choose('captions', 'English');
      await hands.click('media-play-button');
      const cue = `[...${VIDEO}.nativeEl.textTracks].find(({ mode }) => mode === 'showing')?.activeCues?.[0]?.text`;
      await hands.until(`${cue} === 'A cue'`);
      expect(await hands.complaints()).to.deep.equal([]);
      await person.close();
    }
    await captioned.close();
    await rm(folder, { recursive: true });
  });

  it('shows nothing in a page of another origin', async () => {
    const { page, framed, complaints, requests } = await frame(other, '');
    await until(page, WITHIN_MS, 'document.readyState === "complete"');
    await page.waitForTimeout(1_000);
    expect(framed.url()).to.equal('chrome-error://chromewebdata/');
    expect(complaints.join()).to.match(/frame-ancestors/);
    expect(requests.filter((path) => /\/(?:hls|assets)\//.test(path))).to.deep.equal([]);
    await page.close();
  });

  it('is beside the console of the film, which plays it and shows nothing that the token does not open', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(`${service.url}/~${token()}/console/${FILM}`);
    await page.locator('#file-card').waitFor();
    for (const id of ['upload', 'filter', 'files'])
      expect(await page.locator(`#${id}`).isVisible()).to.equal(false);
    expect(await page.locator('#tracks li').count()).to.be.above(0);
    await page.locator('#film-controls media-play-button').click();
    await until(page, WITHIN_MS, `document.querySelector('video').currentTime > 0.5`);
    await page.locator('#snippet-for').getByText('<sluice-player>').click();
    expect(await page.locator('#snippet').textContent()).to.match(/ token="main\.\d+\.k\.[\w-]{43}">/);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('asks for a token, and refuses what it does not take', async () => {
    const get = async (path: string) => {
      const response = await fetch(`${service.url}${path}`);
      return [response.status, await response.text()] as const;
    };
    expect((await get(`/embed/${FILM}`))[0]).to.equal(403);
    expect((await get(`/~${token()}/embed/other.mp4`))[0]).to.equal(403);
    for (const [query, sentence] of [
      ['?start=9&end=5', /\\"end\\" must be later/],
      ['?height=360', /takes start, end, subtitles/],
    ] as const) {
      const [status, body] = await get(`/~${token()}/embed/${FILM}${query}`);
      expect(status).to.equal(400);
      expect(body).to.match(sentence);
    }
  });
});
