import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { sign } from '../../functions/stream/route/sign.ts';
import { launchBrowser } from '../../testing/browser.ts';
import { countingPicture } from '../../testing/counter-film.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const require = createRequire(import.meta.url);
const SECRET = 'n3w/'.repeat(11);
const KEY = 'films/a film.mp4';
/** Frames of a keyframe each second, of which each tile shows its number in columns of bits. */
const RATE = 24;
const TIMES = [0.5, 3.2, 8.9];

/** Reads the number from an image, or a part of it, in the page. */
const NUMBER = `async (image, x, y, width, height) => {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: 128, height: 64 });
  const context = canvas.getContext('2d');
  context.drawImage(image, x, y, width, height, 0, 0, 128, 64);
  const isLit = (bit) => context.getImageData(bit * 16 + 8, 32, 1, 1).data[0] > 128;
  return [0, 1, 2, 3, 4, 5, 6, 7].reduce((sum, bit) => sum + (isLit(bit) ? 2 ** bit : 0), 0);
}`;
const LOADED = `async (url) => {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}`;

describe('thumbnails in players', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;
  let browser: Browser;
  let page: Page;
  let prefix: string;

  before(async function () {
    needs(this, 'ffmpeg', 'chromium');
    folder = await mkdtemp(join(tmpdir(), 'sluice-thumbnails-'));
    await mkdir(join(folder, 'films'));
    const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', String(RATE)];
    await ffmpeg(...countingPicture(String(RATE), 10), ...coding, '-sc_threshold', '0', join(folder, KEY));
    service = await startService({ MEDIA_DIR: folder, PUBLIC: '', SIGNING_KEYS: `new:${SECRET}` });
    const expiresSeconds = Math.floor(Date.now() / 1000) + 3600;
    const key = { id: 'new', secret: SECRET };
    prefix = `${service.url}/~${sign(key, { kind: 'key', key: KEY }, expiresSeconds)}`;
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.route(`${service.url}/page`, (route) =>
      route.fulfill({
        body: '<!doctype html><video id="video" muted></video><img id="image">',
        contentType: 'text/html',
      }),
    );
  });
  after(async () => {
    await browser?.close();
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Opens an empty page with a player's library, and resolves with what the script returns. */
  async function run<Result>(library: string, script: string): Promise<Result> {
    await page.goto(`${service.url}/page`);
    await page.addScriptTag({ content: await readFile(require.resolve(library), 'utf8') });
    return page.evaluate<Result>(`(async () => {
      const video = document.getElementById('video');
      const numberOf = ${NUMBER};
      const loaded = ${LOADED};
      const TIMES = ${JSON.stringify(TIMES)};
      ${script}
    })()`);
  }

  const address = (route: string, name: string) =>
    JSON.stringify(`${prefix}/${route}/${encodeURI(KEY)}/${name}`);
  const WANTED = TIMES.map((seconds) => Math.floor(seconds) * RATE);

  it('are shown by hls.js as I-frames', async () => {
    const numbers = await run<number[]>(
      'hls.js',
      `const hls = new Hls();
      await new Promise((resolve) => {
        hls.on(Hls.Events.LEVEL_LOADED, resolve);
        hls.loadSource(${address('hls', 'master.m3u8')});
        hls.attachMedia(video);
      });
      const images = hls.createImageIFramePlayer();
      const image = document.getElementById('image');
      images.attachImage(image);
      const numbers = [];
      for (const seconds of TIMES) {
        // It drops what is asked for before that.
        const isDone = new Promise((resolve) => images.once(Hls.Events.FRAG_BUFFERED, resolve));
        images.loadMediaAt(seconds);
        await isDone;
        await image.decode();
        numbers.push(await numberOf(image, 0, 0, image.naturalWidth, image.naturalHeight));
      }
      return numbers;`,
    );
    expect(numbers).to.deep.equal(WANTED);
  });

  it('are shown by dash.js from sheets', async () => {
    const numbers = await run<number[]>(
      'dashjs',
      `const player = dashjs.MediaPlayer().create();
      player.initialize(video, ${address('dash', 'manifest.mpd')}, false);
      await new Promise((resolve) => player.on(dashjs.MediaPlayer.events.STREAM_INITIALIZED, resolve));
      const numbers = [];
      for (const seconds of TIMES) {
        const { url, x, y, width, height } = await new Promise((resolve) => player.provideThumbnail(seconds, resolve));
        numbers.push(await numberOf(await loaded(url), x, y, width, height));
      }
      return numbers;`,
    );
    expect(numbers).to.deep.equal(WANTED);
  });

  for (const [route, name] of [
    ['hls', 'master.m3u8'],
    ['dash', 'manifest.mpd'],
  ] as const) {
    it(`are shown by shaka-player from sheets of ${route}`, async () => {
      const numbers = await run<number[]>(
        'shaka-player',
        `const player = new shaka.Player();
        await player.attach(video);
        await player.load(${address(route, name)});
        const [track] = player.getImageTracks();
        const numbers = [];
        for (const seconds of TIMES) {
          const { uris, positionX, positionY, width, height } = await player.getThumbnails(track.id, seconds);
          numbers.push(await numberOf(await loaded(uris[0]), positionX, positionY, width, height));
        }
        return numbers;`,
      );
      expect(numbers).to.deep.equal(WANTED);
    });
  }
});
