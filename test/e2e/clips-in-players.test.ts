import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../testing/browser.ts';
import { CLIP_FILM, CLIP_RATE, CLIPS, type Clip, makeClipFilm } from '../../testing/clip-film.ts';
import { countedFrames } from '../../testing/counter-film.ts';
import { launchFirefox } from '../../testing/firefox.ts';
import { needs } from '../../testing/needs.ts';
import { openPlayerPage, type PlayerName, type PlayerPage } from '../../testing/players/player-page.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const run = promisify(execFile);
const WITHIN_MS = 60_000;
/** Until a decoded frame is on the page, most of the time; a busy browser takes longer. */
const SHOWN_MS = 80;
const SHOWN_WITHIN_MS = 3_000;
/** Places that are sought in each clip. */
const SEEKS = 4;
/** Audio ends with the packet that lasts to the end of the clip; Chromium itself counts another. */
const MOST_AUDIO_SECONDS = (2 * 1024) / 48_000;

type Client = readonly [player: PlayerName, address: string];

const CLIENTS: readonly Client[] = [
  ['hls.js', `/hls/${CLIP_FILM}/master.m3u8`],
  ['shaka-player', `/hls/${CLIP_FILM}/master.m3u8`],
  ['video.js', `/hls/${CLIP_FILM}/master.m3u8`],
  ['Chromium', `/hls/${CLIP_FILM}/master.m3u8`],
  ['dash.js', `/dash/${CLIP_FILM}/manifest.mpd`],
  ['shaka-player', `/dash/${CLIP_FILM}/manifest.mpd`],
  ['video.js', `/dash/${CLIP_FILM}/manifest.mpd`],
];

describe('clips in players', function () {
  this.timeout(3 * WITHIN_MS);
  let root: string;
  let service: Service;
  let browser: Browser;

  before(async function () {
    needs(this, 'chromium', 'ffmpeg');
    root = await mkdtemp(join(tmpdir(), 'sluice-clips-'));
    await makeClipFilm(root);
    // What the first player requests is produced once, for all of them.
    const cached = { MEDIA_DIR: root, DERIVED_DIR: join(root, '.derived') };
    service = await startService({ ...cached, ALLOWED_ORIGINS: '*' });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
    if (root) await rm(root, { recursive: true, force: true });
  });

  for (const [player, address] of CLIENTS) {
    for (const [renditions, height] of [
      ['copy', 320],
      ['encoded', 240],
    ] as const) {
      it(`are shown from the first frame to the last by ${player} at ${address}, ${renditions}`, async () => {
        const check = async ({ query, from, to }: Clip) => {
          const page = await openPlayerPage(browser, player, service.url, {
            aheadSeconds: 30,
            withinMs: WITHIN_MS,
          });
          await page.start(`${service.url}${address}?${query}&renditions=${renditions}`, height);
          // The bare element shows nothing before it plays.
          if (player === 'Chromium') await page.play();
          await page.until('it is ready', ({ ready }) => ready >= 2);
          await page.until('it shows something', ({ frames }) => frames > 0);
          await delay(SHOWN_MS);
          expect(await page.firstNumber(), `${query}: first`).to.equal(from);
          const frames = to - from;
          if (player !== 'Chromium') {
            for (let i = 0; i <= SEEKS; i++) {
              const frame = Math.floor((i * (frames - 1)) / SEEKS);
              await page.seek((frame + 0.5) / CLIP_RATE);
              await page.until(`it is at ${frame}`, ({ seeking, ready }) => !seeking && ready >= 2);
              expect(await shownNumber(page, from + frame), `${query}: at ${frame}`).to.equal(from + frame);
            }
          }
          await page.seek((frames - 0.5) / CLIP_RATE);
          await page.until('it is at the last', ({ seeking, ready }) => !seeking && ready >= 2);
          await page.playToEnd();
          expect(await shownNumber(page, to - 1), `${query}: last`).to.equal(to - 1);
          const { duration } = await page.look();
          expect(duration, query).to.be.within(frames / CLIP_RATE, frames / CLIP_RATE + MOST_AUDIO_SECONDS);
          await page.close();
        };
        // Playing from the start, a busy browser would show the first frame late.
        if (player === 'Chromium') for (const clip of CLIPS) await check(clip);
        else await Promise.all(CLIPS.map(check));
      });
    }
  }

  for (const [player, address] of CLIENTS.filter(([player]) => player !== 'Chromium')) {
    it(`have their subtitles at their times in ${player} at ${address}`, async () => {
      // shaka-player shows what is chosen once more of the video is loaded: here it does not load all at once.
      const page = await openPlayerPage(browser, player, service.url, {
        aheadSeconds: 1,
        withinMs: WITHIN_MS,
      });
      await page.start(`${service.url}${address}?start=3.52&end=8.2&renditions=encoded`, 240);
      await page.until('it is ready', ({ ready }) => ready >= 2);
      await page.chooseText('English');
      // Paused, dash.js shows no cue before time has passed.
      await page.play(2);
      await page.until('it has loaded the second segment', ({ currentTime }) => currentTime > 1.5);
      await page.pause();
      for (const [filmSeconds, text] of CUES) {
        await page.seek(filmSeconds - 3.52);
        await page.until('it is there', ({ seeking, ready }) => !seeking && ready >= 2);
        const start = performance.now();
        let shown = await page.shownText();
        while (shown !== text && performance.now() - start < CUE_WITHIN_MS) {
          await delay(50);
          shown = await page.shownText();
        }
        expect(shown, `${filmSeconds} s`).to.equal(text);
      }
      await page.close();
    });
  }

  for (const [route, entry] of [
    ['hls', 'master.m3u8'],
    ['dash', 'manifest.mpd'],
  ] as const) {
    it(`are all there for ffmpeg and mpv, from /${route}`, async function () {
      needs(this, 'mpv');
      for (const { query, from, to } of CLIPS) {
        const wanted = Array.from({ length: to - from }, (_, i) => from + i);
        const url = `${service.url}/${route}/${CLIP_FILM}/${entry}?${query}&renditions=copy`;
        const [byFfmpeg, byMpv] = [join(root, 'by-ffmpeg.mkv'), join(root, 'by-mpv.mkv')];
        const output = ['--no-config', '--no-audio', `--o=${byMpv}`, '--ovc=ffv1'];
        await Promise.all([
          ffmpeg('-y', '-i', url, '-an', '-sn', '-fps_mode', 'passthrough', '-c:v', 'ffv1', byFfmpeg),
          run('mpv', [...output, url], { timeout: WITHIN_MS }),
        ]);
        expect((await countedFrames(byFfmpeg)).map(({ number }) => number)).to.deep.equal(wanted);
        expect((await countedFrames(byMpv)).map(({ number }) => number)).to.deep.equal(wanted);
      }
    });
  }

  it('are shown from the first frame to the last by hls.js in Firefox', async function () {
    needs(this, 'firefox');
    const firefox = await launchFirefox();
    try {
      const page = await firefox.newPage();
      // The pages of the service allow no requests.
      await page.goto('about:blank');
      await page.evaluate(await readFile(createRequire(import.meta.url).resolve('hls.js'), 'utf8'));
      for (const { query, from, to } of CLIPS) {
        const watch = async (renditions: string) => {
          const at = `${service.url}/hls/${CLIP_FILM}/master.m3u8?${query}&renditions=${renditions}`;
          const shown = (await page.evaluate(
            FIREFOX.replace('ADDRESS', at).replace('FRAMES', String(to - from - 1)),
          )) as [place: number, number: number][];
          expect(shown[0], at).to.deep.equal([0, from]);
          expect(shown.at(-1), at).to.deep.equal([to - from - 1, to - 1]);
          expect(shown.length).to.be.above((to - from) / 4);
          const late = shown.map(([place, number]) => from + place - number);
          expect(Math.min(...late), at).to.be.at.least(-1);
          expect(late.filter((frames) => frames <= 1).length, at).to.be.above(late.length / 2);
        };
        await Promise.all(['copy', 'encoded&max-height=240'].map(watch));
      }
    } finally {
      await firefox.close();
    }
  });
});

/** The number of the frame that is shown, once it is that one. */
async function shownNumber(page: PlayerPage, expected: number): Promise<number> {
  const start = performance.now();
  for (;;) {
    await delay(SHOWN_MS);
    const shown = await page.shownNumber();
    if (shown === expected || performance.now() - start > SHOWN_WITHIN_MS) return shown;
  }
}

/** What is shown at times of the film: the first cue has begun before the clip. */
const CUES: readonly (readonly [filmSeconds: number, text: string])[] = [
  [3.7, 'Second 3'],
  [4.02, ''],
  [5.5, 'Second 5'],
  [8.15, 'Second 8'],
  [6.2, 'Second 6'],
];
/** Until a cue is there whose file is loaded late. */
const CUE_WITHIN_MS = 10_000;

/**
 * Plays, and returns the place of each frame that was shown, by its own time, and its number. Paused and sought, Firefox
 * shows the sixth to ninth frame of a group a little late, in films as well; and playing, a canvas has now and then the
 * next frame, or an earlier one if the machine is busy. The first and the last place are those of the resting element.
 */
const FIREFOX = `(async () => {
  const video = document.createElement('video');
  video.muted = true;
  document.body.append(video);
  const canvas = Object.assign(document.createElement('canvas'), { width: 128, height: 64 });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const shown = [];
  const look = (mediaTime) => {
    context.drawImage(video, 0, 0, 128, 64);
    const isLit = (bit) => context.getImageData(bit * 16 + 8, 32, 1, 1).data[0] > 128;
    const number = [0, 1, 2, 3, 4, 5, 6, 7].reduce((sum, bit) => sum + (isLit(bit) ? 2 ** bit : 0), 0);
    shown.push([Math.round(mediaTime * 25), number]);
  };
  const next = () => video.requestVideoFrameCallback((_, { mediaTime }) => (look(mediaTime), next()));
  const pause = () => new Promise((resolve) => setTimeout(resolve, 300));
  const hls = new Hls();
  hls.loadSource('ADDRESS');
  hls.attachMedia(video);
  const event = (name) => new Promise((resolve) => video.addEventListener(name, resolve, { once: true }));
  await event('loadeddata');
  await pause();
  look(video.currentTime);
  next();
  const ended = event('ended');
  await video.play();
  await ended;
  await pause();
  look(FRAMES / 25);
  hls.destroy();
  video.remove();
  return shown;
})()`;
