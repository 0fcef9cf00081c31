import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../testing/browser.ts';
import { countingPicture } from '../../testing/counter-film.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const require = createRequire(import.meta.url);
const RATE = 24;
const SECONDS = 10;
/** One keyframe, at the beginning, and enough bits for smaller renditions to be worth their while. */
const FEW_KEYFRAMES = ['-vf', 'scale=1280:640:flags=neighbor', '-c:v', 'libx264', '-preset', 'ultrafast'];
const FULL = ['-x264-params', 'nal-hrd=cbr', '-b:v', '4M', '-maxrate', '4M', '-bufsize', '4M'];

/** Reads the number that a frame of the film shows, in the page. */
const NUMBER = `(video) => {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: 128, height: 64 });
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0, 128, 64);
  const isLit = (bit) => context.getImageData(bit * 16 + 8, 32, 1, 1).data[0] > 128;
  return [0, 1, 2, 3, 4, 5, 6, 7].reduce((sum, bit) => sum + (isLit(bit) ? 2 ** bit : 0), 0);
}`;

const FILM = '/hls/film.mp4/master.m3u8';

describe('trick play', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;
  let browser: Browser;
  let page: Page;
  let asked: string[];

  before(async function () {
    needs(this, 'ffmpeg', 'chromium');
    folder = await mkdtemp(join(tmpdir(), 'sluice-trick-play-'));
    const coding = [...FEW_KEYFRAMES, ...FULL, '-g', '999', '-pix_fmt', 'yuv420p'];
    await ffmpeg(...countingPicture(String(RATE), SECONDS), ...coding, join(folder, 'film.mp4'));
    service = await startService({ MEDIA_DIR: folder });
    browser = await launchBrowser();
    page = await browser.newPage();
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const body = '<!doctype html><link rel="icon" href="data:,"><video id="video" muted></video>';
    await page.route(`${service.url}/page`, (route) => route.fulfill({ body, contentType: 'text/html' }));
  });
  after(async () => {
    await browser?.close();
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function run<Result>(library: string, script: string, address = FILM): Promise<Result> {
    asked = [];
    await page.goto(`${service.url}/page`);
    await page.addScriptTag({ content: await readFile(require.resolve(library), 'utf8') });
    return page.evaluate<Result>(`(async () => {
      const video = document.getElementById('video');
      const numberOf = ${NUMBER};
      const address = ${JSON.stringify(address)};
      ${script}
    })()`);
  }

  /** Where the frames of trick play are, in frames of the film. */
  const FRAMES = [0, 24, 72, 114, 156, 198];
  const iFrames = () => asked.filter((path) => path.includes('/iframe-'));

  it('has small frames at most two seconds apart, although the copy has a keyframe every ten', async () => {
    const read = async (name: string) => (await fetch(`${service.url}/hls/film.mp4/${name}`)).text();
    const master = await read('master.m3u8');
    expect(master).to.match(/#EXT-X-I-FRAME-STREAM-INF:[^\n]*RESOLUTION=480x240,URI="240p\/iframes\.m3u8"/);
    const frames = await read('240p/iframes.m3u8');
    const lengths = [...frames.matchAll(/#EXTINF:([\d.]+),/g)].map(([, length]) => Number(length));
    expect(lengths).to.deep.equal([1, 2, 1.75, 1.75, 1.75, 1.75]);
    const declared = Number(/#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=(\d+)/.exec(master)?.[1]);
    let needed = 0;
    for (const [i, [name]] of [...frames.matchAll(/iframe-\d+\.m4s\?\S*/g)].entries()) {
      const { byteLength } = await (await fetch(`${service.url}/hls/film.mp4/240p/${name}`)).arrayBuffer();
      needed = Math.max(needed, (8 * byteLength) / (lengths[i] ?? 1));
      expect(byteLength).to.be.below(50_000);
    }
    console.log(`      ${declared} bit/s declared, ${Math.round(needed)} needed`);
    expect(needed / declared).to.be.within(0.001, 1);
  });

  type View = {
    readonly what: string;
    readonly address: string;
    /** Of the film. */
    readonly startSeconds: number;
    readonly seconds: number;
    /** Where it is looked at, and the frames that are there. */
    readonly times: readonly number[];
    readonly frames: readonly number[];
  };
  const VIEWS: readonly View[] = [
    {
      ...{ what: 'a film', address: FILM, startSeconds: 0, seconds: SECONDS },
      ...{ times: [0.5, 3.2, 8.9, 5], frames: [0, 72, 198, 114] },
    },
    {
      // It begins with frame 36, which is shown for 1.5 seconds.
      ...{ what: 'a clip', address: `${FILM}?start=1.5&end=9.5`, startSeconds: 1.5, seconds: 8 },
      ...{ times: [0.2, 4, 6.4, 1.8], frames: [36, 114, 156, 72] },
    },
  ];

  for (const { what, address, startSeconds, seconds, times, frames } of VIEWS) {
    it(`shows the frames of their times in shaka-player, of ${what}`, async () => {
      const shown = await run<{ number: number; mediaTime: number; currentTime: number }[]>(
        'shaka-player',
        `const player = new shaka.Player();
      await player.attach(video);
      await player.load(address);
      await video.play();
      player.trickPlay(2);
      const shown = [];
      while (!video.ended && video.currentTime < ${seconds - 0.5}) {
        await new Promise((resolve) => {
          video.requestVideoFrameCallback((_, { mediaTime }) => {
            shown.push({ number: numberOf(video), mediaTime, currentTime: video.currentTime });
            resolve();
          });
          setTimeout(resolve, 3000);
        });
      }
      return shown;`,
        address,
      );
      expect(iFrames().length, 'frames that were asked for').to.be.at.least(3);
      expect(iFrames().every((path) => path.startsWith('/hls/film.mp4/240p/'))).to.equal(true);
      // The first two segments were there before it began.
      const late = shown.filter(({ mediaTime }) => mediaTime > 3.1);
      expect(late.length).to.be.at.least(2);
      for (const { number, mediaTime } of late) {
        expect(FRAMES).to.include(number);
        expect(number).to.equal(Math.round((startSeconds + mediaTime) * RATE));
      }
    });

    it(`shows the frames of their times in hls.js, of ${what}`, async () => {
      const numbers = await run<number[]>(
        'hls.js',
        `const film = document.createElement('video');
      const hls = new Hls({ maxBufferLength: 2, maxMaxBufferLength: 2 });
      // The times of its frames follow from those of the film.
      await new Promise((resolve) => {
        hls.once(Hls.Events.FRAG_BUFFERED, resolve);
        hls.loadSource(address);
        hls.attachMedia(film);
      });
      const frames = hls.createIFramePlayer();
      await new Promise((resolve) => {
        frames.once(Hls.Events.MEDIA_ATTACHED, resolve);
        frames.attachMedia(video);
      });
      const numbers = [];
      for (const seconds of ${JSON.stringify(times)}) {
        const isSought = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
        frames.loadMediaAt(seconds);
        await isSought;
        // A busy machine paints the frame some time after the seek.
        for (let wait = 0; wait < 100 && numberOf(video) === numbers.at(-1); wait++) {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        numbers.push(numberOf(video));
      }
      return numbers;`,
        address,
      );
      expect(numbers).to.deep.equal(frames);
      expect(iFrames()).to.have.length(times.length);
    });
  }
});
