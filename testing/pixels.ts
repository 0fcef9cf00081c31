import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { launchBrowser } from './browser.ts';
import { launchFirefox } from './firefox.ts';

const hls = createRequire(import.meta.url).resolve('hls.js');

/** The size of a video, and the middle and the corner of one frame: red, green, blue. */
export type Pixels = {
  readonly width: number;
  readonly height: number;
  readonly middle: readonly number[];
  readonly corner: readonly number[];
};

/** Either browser's page, with the `evaluate` of text that both have. */
type AnyPage = { goto(url: string): Promise<unknown>; evaluate(text: string): Promise<unknown> };

export type PixelReader = {
  /**
   * Returns what each browser shows of an address once it plays: with hls.js for a playlist. Rejects with the
   * player's error.
   */
  read(address: string): Promise<Readonly<Record<'chromium' | 'firefox', Pixels>>>;
  /** Returns what each browser shows of an image: red, green, blue, alpha in the middle of each of its columns. */
  readImage(address: string, columns: number): Promise<Readonly<Record<'chromium' | 'firefox', number[][]>>>;
  close(): Promise<void>;
};

/**
 * Opens Chromium and Firefox on a page of an origin of its own: the service must allow it
 * (`ALLOWED_ORIGINS`).
 */
export async function openPixelReader(): Promise<PixelReader> {
  const library = await readFile(hls);
  const server = createServer((request, response) => {
    const isLibrary = request.url === '/hls.js';
    response.writeHead(200, { 'content-type': isLibrary ? 'text/javascript' : 'text/html' });
    response.end(isLibrary ? library : PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browsers = { chromium: await launchBrowser(), firefox: await launchFirefox() };
  const opened = async (page: AnyPage) => {
    await page.goto(address);
    return page;
  };
  const pages = {
    chromium: await opened(await browsers.chromium.newPage()),
    firefox: await opened(await browsers.firefox.newPage()),
  };
  const evaluate = async <Seen>(ask: string) => {
    const asked = [pages.chromium.evaluate(ask), pages.firefox.evaluate(ask)] as Promise<Seen>[];
    const [chromium, firefox] = (await Promise.all(asked)) as [Seen, Seen];
    return { chromium, firefox };
  };
  return {
    read: (url) => evaluate(`readPixels(${JSON.stringify(url)})`),
    readImage: (url, columns) => evaluate(`readImage(${JSON.stringify(url)}, ${columns})`),
    async close() {
      await Promise.all([browsers.chromium.close(), browsers.firefox.close()]);
      server.close();
    },
  };
}

// The browser's own types are not those of this project (no DOM library), so these go over as text.
const PAGE = `<!doctype html><meta charset="utf-8"><title>Pixels</title><link rel="icon" href="data:,"><body>
<script src="/hls.js"></script><script>
async function readPixels(address) {
  const video = document.createElement('video');
  video.muted = true;
  video.crossOrigin = 'anonymous';
  document.body.append(video);
  let player = null;
  const failed = new Promise((_, reject) => {
    video.addEventListener('error', () => reject(new Error(address + ': ' + video.error.message)));
    if (/[.]m3u8/.test(address)) {
      player = new Hls({ maxBufferLength: 2 });
      player.on(Hls.Events.ERROR, (_, data) => { if (data.fatal) reject(new Error(address + ': ' + data.details)); });
      player.loadSource(address);
      player.attachMedia(video);
    } else {
      video.src = address;
    }
  });
  const happened = (name) => new Promise((resolve) => video.addEventListener(name, resolve, { once: true }));
  try {
    await Promise.race([happened('loadeddata'), failed]);
    const shown = Promise.race([happened('ended'), new Promise((resolve) => video.requestVideoFrameCallback(resolve))]);
    await video.play();
    await Promise.race([shown, failed]);
    const canvas = document.createElement('canvas');
    const [width, height] = [video.videoWidth, video.videoHeight];
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0);
    const pixel = (x, y) => [...context.getImageData(x, y, 1, 1).data].slice(0, 3);
    return { width, height, middle: pixel(width >> 1, height >> 1), corner: pixel(2, 2) };
  } finally {
    player?.destroy();
    video.remove();
  }
}
async function readImage(address, columns) {
  const image = new Image();
  image.crossOrigin = 'anonymous';
  image.src = address;
  await image.decode();
  const canvas = document.createElement('canvas');
  const { naturalWidth: width, naturalHeight: height } = image;
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const x = (column) => Math.floor(((column + 0.5) * width) / columns);
  return Array.from({ length: columns }, (_, i) => [...context.getImageData(x(i), height >> 1, 1, 1).data]);
}
</script>`;
