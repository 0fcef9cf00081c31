import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { sign } from '../../functions/stream/route/sign.ts';
import { launchBrowser } from '../../testing/browser.ts';
import { countedImage, countingPicture } from '../../testing/counter-film.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const SECRET = 'n3w/'.repeat(11);
const KEY = 'films/a film.mp4';
/** Frames of a keyframe each second, of which each tile shows its number in columns of bits. */
const RATE = 24;
const SECONDS = 10;
const TIMES = [0.5, 3.2, 8.9];
const WANTED = TIMES.map((seconds) => Math.floor(seconds) * RATE);
const TILE = { width: 128, height: 64 };

describe('thumbnails on the seek bars of players', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;
  let browser: Browser;
  let page: Page;
  let prefix: string;

  before(async function () {
    needs(this, 'ffmpeg', 'chromium');
    folder = await mkdtemp(join(tmpdir(), 'sluice-seek-bars-'));
    await mkdir(join(folder, 'films'));
    const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', String(RATE)];
    const film = [...coding, '-sc_threshold', '0', '-movflags', '+faststart', join(folder, KEY)];
    await ffmpeg(...countingPicture(String(RATE), SECONDS), ...film);
    service = await startService({ MEDIA_DIR: folder, PUBLIC: '', SIGNING_KEYS: `new:${SECRET}` });
    const expiresSeconds = Math.floor(Date.now() / 1000) + 3600;
    prefix = `/~${sign({ id: 'new', secret: SECRET }, { kind: 'key', key: KEY }, expiresSeconds)}`;
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 800, height: 600 } });
  });
  after(async () => {
    await browser?.close();
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const address = (route: string, name = '') => `${prefix}/${route}/${encodeURI(KEY)}${name}`;

  /** Opens a page in a folder of its own, with a player and the libraries that `code` imports. */
  async function open(body: string, code: string): Promise<void> {
    const html = `<!doctype html><link rel="icon" href="data:,"><body style="margin:0">${body}`;
    await page.route(`${service.url}/a-page/`, (route) =>
      route.fulfill({ body: html, contentType: 'text/html' }),
    );
    await page.goto(`${service.url}/a-page/`);
    const resolveDir = fileURLToPath(new URL('.', import.meta.url));
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir },
      ...{ bundle: true, write: false, format: 'iife', platform: 'browser', outdir: '/', logLevel: 'error' },
    });
    for (const { path, text } of outputFiles) {
      if (path.endsWith('.css')) await page.addStyleTag({ content: text });
      else await page.addScriptTag({ content: text });
    }
    await page.unrouteAll();
  }

  /** Reads the number of the tile that is on the screen, within a frame of so many pixels. */
  async function numberShown(selector: string, frame = 0): Promise<number> {
    const box = await page.locator(selector).boundingBox();
    if (box === null) throw new Error(`Nothing is shown by ${selector}.`);
    return countedImage(await page.screenshot({ clip: { x: box.x + frame, y: box.y + frame, ...TILE } }));
  }

  it('are shown by media-chrome', async () => {
    await open(
      `<media-controller style="width:640px;height:360px">
        <video slot="media" src="${address('media')}" muted preload="auto" style="width:640px">
          <track label="thumbnails" kind="metadata" default src="${address('storyboard', '/index.vtt')}">
        </video>
        <media-control-bar><media-time-range></media-time-range></media-control-bar>
        <media-preview-thumbnail id="shown" style="position:absolute;top:0;left:0"></media-preview-thumbnail>
      </media-controller>`,
      `import 'media-chrome';`,
    );
    const numbers = [];
    for (const seconds of TIMES) {
      await page.evaluate(`(async () => {
        const range = document.querySelector('media-time-range');
        const preview = document.getElementById('shown');
        const image = preview.shadowRoot.querySelector('img');
        const wait = () => new Promise((resolve) => setTimeout(resolve, 50));
        while (!(document.querySelector('media-controller').querySelector('video').duration > 0)) await wait();
        const before = preview.getAttribute('mediapreviewcoords');
        do {
          const detail = ${seconds};
          range.dispatchEvent(new CustomEvent('mediapreviewrequest', { bubbles: true, composed: true, detail }));
          await wait();
        } while (preview.getAttribute('mediapreviewcoords') === before);
        while (!image.complete || image.naturalWidth === 0) await wait();
        await wait();
      })()`);
      numbers.push(await numberShown('#shown'));
    }
    expect(numbers).to.deep.equal(WANTED);
  });

  it('are shown by vidstack, from addresses that begin at the root', async () => {
    const shown = async (index: string) => {
      await open(
        `<media-player src="${address('media')}" style="width:640px;height:360px"><media-provider></media-provider>
          <media-thumbnail src="${index}" time="0" style="position:absolute;top:0;left:0"></media-thumbnail>
        </media-player>`,
        `import 'vidstack/player/styles/base.css'; import 'vidstack/player'; import 'vidstack/player/ui';`,
      );
      const numbers = [];
      for (const seconds of TIMES) {
        await page.evaluate(`(async () => {
          const thumbnail = document.querySelector('media-thumbnail');
          thumbnail.setAttribute('time', '${seconds}');
          const wait = () => new Promise((resolve) => setTimeout(resolve, 100));
          const image = () => thumbnail.querySelector('img');
          while (!image()?.complete || (image().naturalWidth === 0 && !thumbnail.hasAttribute('data-error'))) await wait();
          await wait();
        })()`);
        numbers.push(
          (await page.locator('media-thumbnail[data-error]').count()) > 0
            ? null
            : await numberShown('media-thumbnail'),
        );
      }
      return numbers;
    };
    expect(await shown(address('storyboard', '/index.vtt?absolute=1'))).to.deep.equal(WANTED);
    expect(await shown(service.url + address('storyboard', '/index.vtt'))).to.deep.equal(WANTED);
  });

  it('are shown by video.js with videojs-sprite-thumbnails', async () => {
    const index = (await (await fetch(`${service.url}${address('storyboard', '/index.json')}`)).json()) as {
      readonly sheets: readonly string[];
      readonly tile_width: number;
      readonly tile_height: number;
      readonly columns: number;
      readonly rows: number;
      readonly interval: number;
    };
    const options = {
      urlArray: index.sheets.map((sheet) => address('storyboard', `/${sheet}`)),
      ...{ width: index.tile_width, height: index.tile_height, columns: index.columns, rows: index.rows },
      ...{ interval: index.interval, responsive: 0, downlink: 0, initOnDemand: true },
    };
    await open(
      `<style>.vjs-time-tooltip { color: transparent !important; text-shadow: none !important; }</style>
      <video id="video" class="video-js" controls muted preload="auto" width="640" height="360" src="${address('media')}"></video>`,
      `import 'video.js/dist/video-js.css';
      import videojs from 'video.js';
      import 'videojs-sprite-thumbnails';
      const player = window.player = videojs('video', { inactivityTimeout: 0 });
      player.spriteThumbnails(${JSON.stringify(options)});`,
    );
    await page.waitForFunction('window.player.duration() > 0');
    await page.locator('.vjs-thumbnails-ready').waitFor();
    await page.evaluate('window.player.play().then(() => window.player.pause())');
    const bar = await page.locator('.vjs-progress-holder').boundingBox();
    if (bar === null) throw new Error('There is no seek bar.');
    const numbers = [];
    for (const seconds of TIMES) {
      await page.mouse.move(bar.x + (bar.width * seconds) / SECONDS, bar.y + bar.height / 2);
      const tooltip = '.vjs-mouse-display .vjs-time-tooltip';
      await page.evaluate(`(async () => {
        const [, url] = /url\\("(.*)"\\)/.exec(document.querySelector('${tooltip}').style.backgroundImage);
        await Object.assign(new Image(), { src: url }).decode();
        await new Promise((resolve) => setTimeout(resolve, 100));
      })()`);
      numbers.push(await numberShown(tooltip, 1));
    }
    expect(numbers).to.deep.equal(WANTED);
  });
});
