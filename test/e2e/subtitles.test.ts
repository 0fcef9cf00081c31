import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../testing/browser.ts';
import { launchFirefox } from '../../testing/firefox.ts';
import { needs } from '../../testing/needs.ts';
import { openPlayerPage, type PlayerName, type PlayerPage } from '../../testing/players/player-page.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const WITHIN_MS = 60_000;
/** A cue lasts two seconds, and what is sought before it is loaded first. */
const SHOWN_WITHIN_MS = 5_000;
const FILM_SECONDS = 600;
const CUES = 60;

type Client = readonly [player: PlayerName, address: string];

const CLIENTS: readonly Client[] = [
  ['hls.js', '/hls/film.mkv/master.m3u8'],
  ['shaka-player', '/hls/film.mkv/master.m3u8'],
  ['video.js', '/hls/film.mkv/master.m3u8'],
  ['dash.js', '/dash/film.mkv/manifest.mpd'],
  ['shaka-player', '/dash/film.mkv/manifest.mpd'],
  ['video.js', '/dash/film.mkv/manifest.mpd'],
];

/** The forced ones are listed as well, but not by video.js in HLS. */
const LISTED = ['English', 'German'];

describe('subtitles', function () {
  this.timeout(3 * WITHIN_MS);
  let root: string;
  let service: Service;
  let browser: Browser;

  before(async function () {
    needs(this, 'chromium', 'ffmpeg');
    root = await mkdtemp(join(tmpdir(), 'sluice-subtitles-'));
    const media = join(root, 'media');
    await mkdir(media);
    await makeFilm(media);
    service = await startService({ MEDIA_DIR: media, DERIVED_DIR: join(root, 'derived') });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
    if (root) await rm(root, { recursive: true, force: true });
  });

  const open = async (player: PlayerName, address: string) => {
    const page = await openPlayerPage(browser, player, service.url, {
      aheadSeconds: 10,
      withinMs: WITHIN_MS,
    });
    await page.start(service.url + address, 180);
    // Some players begin anew at 0 when they have something to show.
    await page.until('it is ready', ({ ready }) => ready >= 2);
    // Paused, dash.js shows no cue before time has passed.
    await page.play();
    return page;
  };

  it('are shown at ten times as a track of a video element in Firefox', async function () {
    needs(this, 'firefox');
    const firefox = await launchFirefox();
    try {
      const page = await firefox.newPage();
      await page.goto(`${service.url}/health`);
      const shown = await page.evaluate(`(async () => {
        const video = document.createElement('video');
        video.muted = true;
        video.src = '/media/film.mp4';
        const track = document.createElement('track');
        track.src = '/subtitles/film.mp4/track-2.vtt';
        video.append(track);
        document.body.append(video);
        track.track.mode = 'showing';
        const event = (target, name) => new Promise((resolve, reject) => {
          target.addEventListener(name, resolve, { once: true });
          target.addEventListener('error', () => reject(new Error(name)), { once: true });
        });
        await Promise.all([event(video, 'loadeddata'), track.readyState === 2 || event(track, 'load')]);
        const texts = [];
        for (let i = 0; i < 10; i++) {
          video.currentTime = i * 60 + 2.5;
          await event(video, 'seeked');
          for (let n = 0; n < 100 && track.track.activeCues.length === 0; n++)
            await new Promise((resolve) => setTimeout(resolve, 20));
          texts.push(track.track.activeCues[0]?.text);
        }
        return texts;
      })()`);
      expect(shown).to.deep.equal(Array.from({ length: 10 }, (_, i) => `English ${i * 6 + 1} &amp; more`));
    } finally {
      await firefox.close();
    }
  });

  it('are shown at their time by mpv, out of a file of their own', async function () {
    needs(this, 'mpv');
    // It cannot seek in HLS of fragmented MP4 (docs/clients.md).
    const film = `${service.url}/media/film.mkv`;
    const options = ['--vo=null', '--ao=null', '--no-config', '--start=301', '--length=2'];
    const status = [
      `--term-status-msg=shown:\${sub-text}`,
      `--sub-file=${service.url}/subtitles/film.mkv/track-2.vtt`,
    ];
    const { stderr } = await promisify(execFile)('mpv', [...options, ...status, film], {
      timeout: WITHIN_MS,
    });
    expect(stderr).to.match(/shown:English 31 & more/);
    expect(stderr).to.not.match(/shown:English (?!31 )/);
  });

  for (const [player, address] of CLIENTS) {
    it(`of the film itself are shown at ten times, and not at all, by ${player} at ${address}`, async () => {
      const page = await open(player, address);
      expect([...(await page.texts())].sort()).to.include.members(LISTED);
      await page.chooseText('English');
      await firstCue(page, 'English');
      for (let i = 0; i < 10; i++) {
        const cue = i * 6 + 1;
        await page.seek(startOf(cue) - 0.5);
        const text = textOf('English', cue);
        expect(await shownWithin(page, text)).to.equal(text);
      }
      await page.pause();
      const drawn = await page.screenshot();
      expect(await shownWithin(page, textOf('English', 55))).to.equal(textOf('English', 55));
      await page.chooseText(null);
      await page.until('it is drawn anew', () => true);
      expect((await page.screenshot()).equals(drawn), 'the same is drawn without the cue').to.equal(false);
      await page.play();
      await page.seek(startOf(1) - 0.5);
      await page.until('it is where a cue was', ({ currentTime }) => currentTime > startOf(1) + 0.3);
      expect(await page.shownText()).to.equal('');
      await page.close();
    });

    it(`of a file beside it are shown at their times by ${player} at ${address}`, async () => {
      const page = await open(player, address);
      await page.chooseText('German');
      const cue = await firstCue(page, 'Deutsch');
      const { currentTime } = await page.look();
      expect(currentTime).to.be.within(startOf(cue), startOf(cue) + CUE_SECONDS + 0.3);
      await page.seek(startOf(CUES) - 0.5);
      const last = textOf('Deutsch', CUES);
      expect(await shownWithin(page, last)).to.equal(last);
      await page.close();
    });
  }
});

/** Waits for that text at the sought time, and returns what is shown, without WebVTT's escapes. */
async function shownWithin(page: PlayerPage, expected: string): Promise<string> {
  await page.until('it is there', ({ seeking, ready }) => !seeking && ready >= 2);
  const start = performance.now();
  let text = '';
  do {
    text = (await page.shownText()).replaceAll('&amp;', '&');
    if (text !== expected) await delay(50);
  } while (text !== expected && performance.now() - start < SHOWN_WITHIN_MS);
  return text;
}

/** Waits for any cue of that track, whose file may be loaded late, and returns its number. */
async function firstCue(page: PlayerPage, word: string): Promise<number> {
  const start = performance.now();
  for (;;) {
    const [, number] = new RegExp(`^${word} (\\d+) `).exec(await page.shownText()) ?? [];
    if (number !== undefined) return Number(number);
    if (performance.now() - start > WITHIN_MS) throw new Error(`No cue of ${word} is shown.`);
    await delay(50);
  }
}

const CUE_SECONDS = 2;
/** From 1, in seconds: the second of each ten. */
const startOf = (cue: number) => (cue - 1) * 10 + 1.5;
const textOf = (word: string, cue: number) => `${word} ${cue} <i>& more</i>`;

/** Ten minutes with English subtitles inside, and German ones beside, of which one file is forced. */
async function makeFilm(folder: string): Promise<void> {
  const inside = join(folder, '.en.srt');
  await writeFile(inside, srt('English', CUES));
  await writeFile(join(folder, 'film.de.srt'), srt('Deutsch', CUES));
  await writeFile(join(folder, 'film.de.forced.srt'), srt('Schild', 1));
  const video = ['-f', 'lavfi', '-i', `testsrc2=s=320x180:r=5:d=${FILM_SECONDS}`];
  const audio = ['-f', 'lavfi', '-i', `sine=d=${FILM_SECONDS}`];
  const codecs = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-g',
    '10',
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'aac',
  ];
  const text = ['-i', inside, '-c:s', 'srt', '-metadata:s:s:0', 'language=eng'];
  await ffmpeg(
    ...video,
    ...audio,
    ...text,
    '-map',
    '0',
    '-map',
    '1',
    '-map',
    '2',
    ...codecs,
    join(folder, 'film.mkv'),
  );
  const copied = ['-map', '0', '-c', 'copy', '-c:s', 'mov_text', '-movflags', '+faststart'];
  await ffmpeg('-i', join(folder, 'film.mkv'), ...copied, join(folder, 'film.mp4'));
}

function srt(word: string, count: number): string {
  const time = (seconds: number) => new Date(seconds * 1000).toISOString().slice(11, 23).replace('.', ',');
  return Array.from(
    { length: count },
    (_, i) =>
      `${i + 1}\r\n${time(startOf(i + 1))} --> ${time(startOf(i + 1) + CUE_SECONDS)}\r\n${textOf(word, i + 1)}\r\n\r\n`,
  ).join('');
}
