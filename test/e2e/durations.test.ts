import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { launchBrowser } from '../../testing/browser.ts';
import { type FaultProxy, startFaultProxy } from '../../testing/fault-proxy.ts';
import { launchFirefox } from '../../testing/firefox.ts';
import { type AnyPage, FOR_ANY_PAGE } from '../../testing/media-element.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { makeNoise } from '../../testing/small-film.ts';
import { ffmpeg } from '../../testing/verify.ts';

type Opened = { newPage(): Promise<AnyPage>; close(): Promise<void> };

const BROWSERS: readonly [name: 'chromium' | 'firefox', launch: () => Promise<Opened>][] = [
  ['chromium', launchBrowser],
  ['firefox', launchFirefox],
];

const FILM_SECONDS = 5;
const SONG_SECONDS = 10;

/** All are live; each is longer than what players need before they report a duration. */
const RESULT: readonly [what: string, path: string, seconds: number][] = [
  ['MP4, repackaged', '/stream/film.mkv?format=mp4', 5],
  ['MP4, a remuxed clip', '/stream/film.mkv?format=mp4&duration=4', 4],
  ['MP4, remuxed audio', '/stream/song.aac?format=mp4', 10],
  ['MP4, encoded', '/stream/film.mkv?height=96', 5],
  ['MP4, a clip beyond the end', '/stream/film.mkv?format=mp4&start=1&duration=60', 4],
  ['MP4, encoded audio', '/stream/song.flac?format=mp4', 10],
  ['WebM, copied', '/stream/film.webm?format=webm&duration=4', 4],
  ['WebM, an encoded clip', '/stream/film.mkv?format=webm&height=96&start=1', 4],
  ['WebM, encoded audio', '/stream/song.flac?format=webm', 10],
  ['MP3 of a film', '/stream/film.mkv?format=mp3&bitrate=320k', 5],
  ['MP3, a clip', '/stream/song.flac?format=mp3&start=0.5&duration=8', 8],
  ['FLAC of a film', '/stream/film.mkv?format=flac', 5],
  ['FLAC, a clip', '/stream/song.flac?format=flac&start=0.5&duration=8', 8],
  ['WAV', '/stream/song.flac?format=wav', 10],
  ['WAV, a clip of a film', '/stream/film.mkv?format=wav&start=0.5&duration=4', 4],
];

describe('The duration of a live output is known from its first bytes', function () {
  this.timeout(300_000);
  let service: Service;
  let proxy: FaultProxy;
  let folder: string;
  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-durations-'));
    const at = (name: string) => join(folder, name);
    await makeNoise(at('film.mkv'), FILM_SECONDS);
    // With only one keyframe, Firefox reads all of a WebM before it reports anything.
    const vp8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '400k', '-g', '25'];
    await ffmpeg('-i', at('film.mkv'), ...vp8, at('film.webm'));
    const noise = ['-f', 'lavfi', '-i', `anoisesrc=r=44100:a=0.2:d=${SONG_SECONDS}`];
    await ffmpeg(...noise, '-c:a', 'flac', at('song.flac'));
    await ffmpeg(...noise, '-c:a', 'aac', at('song.aac'));
    service = await startService({ ...FOR_ANY_PAGE, MEDIA_DIR: folder });
    proxy = await startFaultProxy(service.url);
  });
  after(async () => {
    await proxy?.close();
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const known = new Map<string, Promise<{ readonly bytes: number; readonly seconds: number }>>();
  /** Returns how many bytes an answer has, and how long its packets last. */
  function wholeOf(path: string) {
    const whole = known.get(path) ?? measure(path);
    known.set(path, whole);
    return whole;
  }

  async function measure(path: string) {
    const answer = await fetch(service.url + path);
    const body = Buffer.from(await answer.arrayBuffer());
    expect(answer.status, path).to.equal(200);
    expect(answer.headers.get('sluice-plan'), path).to.match(/^(remux|transcode);/);
    const file = join(folder, `whole-${known.size}`);
    await writeFile(file, body);
    return { bytes: body.length, seconds: await lastingOf(file) };
  }

  for (const [name, launch] of BROWSERS) {
    describe(`to ${name}`, () => {
      let browser: Opened | undefined;
      before(async function () {
        needs(this, name);
        browser = await launch();
      });
      after(() => browser?.close());

      for (const [what, path, seconds] of RESULT) {
        it(what, async () => {
          const page = await browser?.newPage();
          const whole = await wholeOf(path);
          if (!page) throw new Error('there is no browser');
          expect(whole.seconds).to.be.closeTo(seconds, 0.1);
          // The end waits until the metadata were seen.
          let hasWaited = false;
          proxy.always({
            kind: 'meanwhile',
            afterBytes: Math.floor(whole.bytes * 0.9),
            async run() {
              hasWaited = await until(
                page,
                'window.seen?.metadata !== undefined || window.seen?.error !== undefined',
              );
            },
          });
          await page.evaluate(play(proxy.endpoint + path));
          await until(page, 'seen.end !== undefined || seen.error !== undefined');
          const seen = JSON.parse(String(await page.evaluate('JSON.stringify(seen)')));
          console.log(`      ${name}, ${what}: ${JSON.stringify(seen)}, its packets ${whole.seconds}`);
          expect(hasWaited).to.equal(true);
          expect(seen.error).to.equal(undefined);
          expect(seen.metadata).to.be.closeTo(whole.seconds, 0.1);
          for (const duration of seen.durations) expect(duration).to.be.closeTo(whole.seconds, 0.1);
          expect(seen.end).to.be.closeTo(whole.seconds, 0.1);
          expect(seen.currentTime).to.be.closeTo(seen.end, 0.1);
        });
      }
    });
  }
});

/** Plays to the end; what is seen on the way is in `seen`. */
function play(address: string): string {
  return `(() => {
    const element = document.createElement('video');
    const seen = (window.seen = { durations: [] });
    element.muted = true;
    element.preload = 'auto';
    const number = () => (Number.isFinite(element.duration) ? element.duration : null);
    element.addEventListener('loadedmetadata', () => {
      seen.metadata = number();
      element.playbackRate = 16;
      element.play().catch(() => {});
    });
    element.addEventListener('durationchange', () => seen.durations.push(number()));
    element.addEventListener('error', () => { seen.error = element.error.message || element.error.code; });
    element.addEventListener('ended', () => { seen.currentTime = element.currentTime; seen.end = number(); });
    document.body.append(element);
    element.src = ${JSON.stringify(address)};
  })()`;
}

const PATIENCE_MILLISECONDS = 90_000;

/** Returns false if it does not become true. */
async function until(page: AnyPage, expression: string): Promise<boolean> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (Date.now() < deadline) {
    if (await page.evaluate(expression)) return true;
    await delay(100);
  }
  return false;
}

const run = promisify(execFile);

/** By its packets, whatever its head says. */
async function lastingOf(path: string): Promise<number> {
  const args = ['-v', 'error', '-show_entries', 'packet=pts_time,duration_time', '-of', 'json', path];
  const { packets } = JSON.parse((await run('ffprobe', args, { maxBuffer: 2 ** 26 })).stdout);
  const numbers = (packets as Record<'pts_time' | 'duration_time', string>[]).map(
    ({ pts_time, duration_time }) => ({
      start: Number(pts_time),
      end: Number(pts_time) + Number(duration_time ?? 0),
    }),
  );
  return Math.max(...numbers.map(({ end }) => end)) - Math.min(0, ...numbers.map(({ start }) => start));
}
