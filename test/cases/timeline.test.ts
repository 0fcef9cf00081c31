import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { readMovie } from '../../functions/stream/media/isobmff/movie.ts';
import { timelineOf } from '../../functions/stream/media/isobmff/timeline.ts';
import { launchBrowser } from '../../testing/browser.ts';
import { bytesAccess } from '../../testing/file-access.ts';
import { fragmentTimes } from '../../testing/fragment-times.ts';
import { casesDirectory, needs } from '../../testing/needs.ts';
import { openPlayerPage } from '../../testing/players/player-page.ts';
import { readMaster, readMedia } from '../../testing/playlists.ts';
import { type Service, startService } from '../../testing/service.ts';

const run = promisify(execFile);

/** Inputs for Debian's ffmpeg: frames that all differ, and a tone. */
const video = (rate: string, seconds = 3) => [
  ...['-f', 'lavfi', '-i', `testsrc2=s=192x108:r=${rate}:d=${seconds},format=yuv420p`],
];
const audio = (rate: number, seconds = 3) => ['-f', 'lavfi', '-i', `sine=r=${rate}:d=${seconds}`];
const later = (seconds: number) => ['-itsoffset', String(seconds)];
/** Encoding of files that are cut without decoding, besides encoded ones. */
const CUT = ['-c:v', 'libx264', '-bf', '3', '-g', '25', '-c:a', 'aac'];
const ENCODED = ['-c:v', 'mpeg4', '-q:v', '5', '-c:a', 'aac'];

type Row = readonly [name: string, make: readonly string[], videoId: 'copy' | '108p'];

/** Every constant rate, with frames anywhere after the AAC that Matroska puts first. */
const RATES: readonly (readonly [rate: string, sampleRate: number])[] = [
  ['24', 48_000],
  ['25', 44_100],
  ['30', 48_000],
  ['24000/1001', 44_100],
  ['30000/1001', 48_000],
  ['50', 44_100],
  ['60', 48_000],
];

const ROWS: readonly Row[] = [
  ...RATES.map(
    ([rate, sampleRate]): Row => [
      `${rate.replace('/', '-')}.mkv`,
      [...video(rate), ...audio(sampleRate), ...ENCODED],
      '108p',
    ],
  ),
  ['cut-24.mkv', [...video('24'), ...audio(44_100), ...CUT], 'copy'],
  ['cut-30.mkv', [...video('30'), ...audio(48_000), ...CUT], 'copy'],
  ['cut-25.mp4', [...video('25'), ...audio(48_000), ...CUT], 'copy'],
  ['late-video.mkv', [...later(0.71), ...video('25'), ...audio(48_000), ...CUT], 'copy'],
  ['late-video.mp4', [...later(0.71), ...video('25'), ...audio(48_000), ...CUT], 'copy'],
  ['late-video-encoded.mp4', [...later(0.713), ...video('25'), ...audio(48_000), ...ENCODED], '108p'],
  ['late-audio.mp4', [...video('25'), ...later(0.71), ...audio(48_000), ...CUT], 'copy'],
  ['late-audio.mkv', [...video('25'), ...later(0.013), ...audio(44_100), ...ENCODED], '108p'],
  ['no-edits.mp4', [...video('25'), ...audio(48_000), ...CUT, '-use_editlist', '0'], 'copy'],
  [
    'negative.mp4',
    [...video('25'), ...audio(48_000), ...CUT, '-output_ts_offset', '-1', '-avoid_negative_ts', 'disabled'],
    'copy',
  ],
  ['clock.ts', [...video('25'), ...audio(48_000), ...CUT, '-output_ts_offset', '70.013'], '108p'],
];

describe('no frame before zero', function () {
  this.timeout(60_000);
  let media: string;
  let service: Service;
  const table: Record<string, string | number>[] = [];

  before(async function () {
    needs(this, 'cases', 'ffmpeg');
    media = await mkdtemp(join(tmpdir(), 'sluice-timeline-'));
    for (const name of ['phase-25.mkv', 'trimmed.mp4']) {
      await copyFile(join(casesDirectory, name), join(media, name));
    }
    service = await startService({ MEDIA_DIR: media });
  });
  after(async () => {
    await service?.close();
    if (media === undefined) return;
    console.table(table);
    await rm(media, { recursive: true, force: true });
  });

  const cases: readonly Row[] = [
    ['phase-25.mkv', [], 'copy'],
    // No copy can be cut between two keyframes.
    ['trimmed.mp4', [], '108p'],
  ];
  for (const [name, make, videoId] of [...cases, ...ROWS]) {
    it(`in ${name}: each rendition begins at 0, and its segments at their playlist's times`, async () => {
      if (make.length > 0)
        await run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', ...make, join(media, name)]);
      const at = `${service.url}/hls/${name}/`;
      const { variants } = readMaster((await bytesOf(`${at}master.m3u8`)).toString());
      const films = variants.filter(({ isIFrameOnly }) => !isIFrameOnly).map(({ uri }) => uri);
      const audios = variants.flatMap((variant) => variant.audio.map(({ uri }) => uri ?? ''));
      const id = name === 'trimmed.mp4' ? '180p' : videoId;
      expect(films.map((uri) => uri.split('/')[0])).to.include(id);
      for (const uri of new Set([...films, ...audios])) {
        const isFilm = films.includes(uri);
        const { segments, shown } = await shownOf(at, uri);
        const [first = [], second = []] = shown;
        // Samples that only the audio decoder needs lie before zero as a whole, or are cut there by every
        // player.
        const heard = isFilm ? first : first.filter(({ end }) => end > 1e-6);
        const [earliest] = heard;
        table.push({ name, uri, earliest: earliest?.start ?? Number.NaN, frames: heard.length });
        if (isFilm) expect(earliest?.start).to.equal(0);
        else expect(earliest?.end).to.be.above(0);
        // A playlist has microseconds, and a copy the times of its container.
        if (second[0])
          expect(second[0].start).to.be.closeTo(segments[0]?.duration ?? 0, isFilm ? 2e-6 : 0.022);
        for (const [i, { start }] of first.slice(1).entries()) {
          if (isFilm) expect(start).to.be.closeTo(first[i]?.end ?? 0, 0.0011);
        }
      }
    });
  }
});

/** Far more than it takes: a busy machine is not the player's fault. */
const WITHIN_MS = 120_000;

describe('video that starts beside its audio, in players', function () {
  this.timeout(2 * WITHIN_MS);
  let service: Service;
  let browser: Browser;

  before(async function () {
    needs(this, 'cases', 'chromium');
    service = await startService({ MEDIA_DIR: casesDirectory });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await service?.close();
  });

  it('is shown from 0 where an edit list cuts into a group of frames: hls.js', async () => {
    const page = await openPlayerPage(browser, 'hls.js', service.url, {
      aheadSeconds: 30,
      withinMs: WITHIN_MS,
    });
    await page.start(`${service.url}/hls/trimmed.mp4/master.m3u8`, 180);
    await page.playToEnd();
    const { buffered } = await page.look();
    await page.close();
    expect(buffered.map(([start]) => start)).to.deep.equal([0]);
    // A slow machine is told of as well.
    expect(page.complaints.filter((each) => /bufferAppend/.test(each))).to.deep.equal([]);
  });

  const PLAYERS = [
    ['hls.js', 'hls', 'master.m3u8'],
    ['dash.js', 'dash', 'manifest.mpd'],
    ['shaka-player', 'hls', 'master.m3u8'],
    ['video.js', 'hls', 'master.m3u8'],
  ] as const;
  for (const [player, route, entry] of PLAYERS) {
    it(`is shown from 0 to its end, with each of its 200 frames: ${player}`, async () => {
      const options = { aheadSeconds: 30, withinMs: WITHIN_MS };
      const page = await openPlayerPage(browser, player, service.url, options);
      await page.start(`${service.url}/${route}/phase-25.mkv/${entry}`, 180);
      await page.playToEnd();
      const { buffered, frames } = await page.look();
      await page.close();
      expect(buffered).to.have.length(1);
      expect(buffered[0]?.[0]).to.equal(0);
      expect(buffered[0]?.[1]).to.be.closeTo(8.023, 0.02);
      expect(frames).to.be.at.least(200);
    });
  }
});

type Shown = { readonly start: number; readonly end: number };

/**
 * Returns when each frame of the first two segments is shown, by the bytes, as Chromium and Firefox add them
 * up.
 */
async function shownOf(at: string, uri: string) {
  const under = at + uri.slice(0, uri.lastIndexOf('/') + 1);
  const { segments } = readMedia((await bytesOf(at + uri)).toString());
  const init = await bytesOf(`${under}${segments[0]?.map.uri}`);
  const movie = await readMovie(bytesAccess(init));
  const track = movie?.tracks[0];
  if (!movie || !track) throw new Error(`${uri} has no init segment.`);
  // Chromium reads none of two entries.
  expect(track.edits.length).to.be.at.most(1);
  const { mediaTime } = timelineOf(movie, track);
  const shown: Shown[][] = [];
  for (const segment of segments.slice(0, 2)) {
    const frames: Shown[] = [];
    for (const { decodeTime, samples } of fragmentTimes(await bytesOf(under + segment.uri))) {
      let next = decodeTime;
      for (const { duration, offset } of samples) {
        const start = (next + offset - mediaTime) / track.timescale;
        frames.push({ start, end: start + duration / track.timescale });
        next += duration;
      }
    }
    shown.push(frames.sort((a, b) => a.start - b.start));
  }
  return { segments, shown };
}

async function bytesOf(url: string): Promise<Buffer> {
  const response = await fetch(url);
  expect(response.status, url).to.equal(200);
  return Buffer.from(await response.arrayBuffer());
}
