import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../testing/browser.ts';
import { countingPicture } from '../../testing/counter-film.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '3', '-g', '40', '-pix_fmt', 'yuv420p'];
const RATE = 25;
const SECONDS = 8;

/** Frames of a moving image: when each is shown, in seconds, and the number that it shows. */
type Moving = { readonly repeats: number; readonly frames: readonly (readonly [number, number])[] };

describe('moving images', function () {
  this.timeout(60_000);
  let folder: string;
  let service: Service;
  let browser: Browser;

  before(async function () {
    needs(this, 'ffmpeg', 'chromium');
    folder = await mkdtemp(join(tmpdir(), 'sluice-motion-'));
    const films = ['film.mp4', 'film.mkv', 'film.ts'].flatMap((name) => [...H264, join(folder, name)]);
    await ffmpeg(...countingPicture(String(RATE), SECONDS), ...films);
    await ffmpeg('-f', 'lavfi', '-i', 'sine=d=1', join(folder, 'song.mp3'));
    service = await startService({ MEDIA_DIR: folder });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function shown(path: string): Promise<Moving> {
    const answer = await fetch(`${service.url}/image/${path}`);
    expect([answer.status, answer.headers.get('content-type')]).to.deep.equal([200, 'image/webp']);
    const base64 = Buffer.from(await answer.arrayBuffer()).toString('base64');
    const page = await browser.newPage();
    // A page of an origin that is allowed to decode.
    await page.goto(`${service.url}/health`);
    const moving = await page.evaluate<Moving>(`(async () => {
      const data = Uint8Array.from(atob('${base64}'), (letter) => letter.charCodeAt(0));
      const decoder = new ImageDecoder({ data, type: 'image/webp' });
      await decoder.tracks.ready;
      await decoder.completed;
      const { frameCount, repetitionCount } = decoder.tracks.selectedTrack;
      const frames = [];
      for (let frameIndex = 0; frameIndex < frameCount; frameIndex++) {
        const { image } = await decoder.decode({ frameIndex });
        const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight);
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        let number = 0;
        for (let bit = 0; bit < 8; bit++) {
          const x = Math.floor(((bit + 0.5) / 8) * canvas.width);
          if (context.getImageData(x, canvas.height / 2, 1, 1).data[0] > 127) number += 2 ** bit;
        }
        frames.push([image.timestamp / 1e6, number]);
      }
      return { repeats: repetitionCount, frames };
    })()`);
    await page.close();
    return moving;
  }

  for (const name of ['film.mp4', 'film.mkv', 'film.ts']) {
    it(`show ${name} from the frame of a moment on, and again for ever`, async () => {
      const { repeats, frames } = await shown(`${name}?t=2&format=webp&duration=2&fps=10`);
      expect(repeats).to.equal(Number.POSITIVE_INFINITY);
      const expected = Array.from({ length: 20 }, (_, i) => [i / 10, Math.floor((2 + i / 10) * RATE)]);
      expect(frames).to.deep.equal(expected);
    });
  }

  it("end with the film's last frame", async () => {
    const { frames } = await shown('film.mp4?t=7.5&format=webp&duration=3&fps=5&width=64');
    expect(frames.map(([, number]) => number)).to.deep.equal([187, 192, 197, 199]);
  });

  it('are refused where they cannot be', async () => {
    for (const [path, detail] of [
      ['film.mp4?duration=3', 'is for format=webp'],
      ['film.mp4?format=webp&fps=10', '"fps" needs the parameter "duration"'],
      ['film.mp4?format=webp&duration=11', 'at most 10 seconds'],
      ['film.mp4?format=webp&duration=3&fps=26', '"fps" must be'],
    ]) {
      const answer = await fetch(`${service.url}/image/${path}`);
      expect([path, answer.status]).to.deep.equal([path, 400]);
      expect(((await answer.json()) as { detail: string }).detail).to.contain(detail);
    }
    expect((await fetch(`${service.url}/image/song.mp3?format=webp&duration=1`)).status).to.equal(404);
  });
});
