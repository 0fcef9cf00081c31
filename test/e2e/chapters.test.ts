import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import type { ObjectInfo } from '../../functions/stream/plan/object-info.ts';
import { launchBrowser } from '../../testing/browser.ts';
import { needs } from '../../testing/needs.ts';
import { readMaster } from '../../testing/playlists.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const require = createRequire(import.meta.url);

const SECONDS = 30;
/** Start, end and title, as ffmpeg's metadata have them. */
const CHAPTERS = [
  [0, 10, 'Opening'],
  [10, 22.5, 'Tom & <Jerry>'],
  [22.5, 30, 'Ende: Größe'],
] as const;

const FILES: readonly (readonly [name: string, ...args: string[]])[] = [
  ['film.mkv', '-c', 'copy'],
  // A track of chapters, and Nero's list.
  ['film.mp4', '-c', 'copy'],
  ['book.m4b', '-vn', '-c', 'copy', '-f', 'mp4'],
  // Frames of ID3.
  ['book.mp3', '-vn', '-c:a', 'libmp3lame'],
  ['old.mp3', '-vn', '-c:a', 'libmp3lame', '-id3v2_version', '3'],
  ['plain.mp4', '-c', 'copy', '-map_chapters', '-1'],
];

describe('chapters', function () {
  this.timeout(60_000);
  let folder: string;
  let service: Service;
  const json = async <T>(path: string) => (await (await fetch(`${service.url}${path}`)).json()) as T;
  const chaptersOf = async (name: string) => (await json<ObjectInfo>(`/info/${name}`)).chapters;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-chapters-'));
    const metadata = join(folder, 'metadata.txt');
    const part = ([start, end, title]: (typeof CHAPTERS)[number]) =>
      `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${start * 1000}\nEND=${end * 1000}\ntitle=${title}\n`;
    await writeFile(metadata, `;FFMETADATA1\n${CHAPTERS.map(part).join('')}`);
    const video = ['-f', 'lavfi', '-i', `testsrc2=s=160x90:r=5:d=${SECONDS}`];
    const audio = ['-f', 'lavfi', '-i', `sine=d=${SECONDS}`];
    const codecs = ['-c:v', 'libx264', '-g', '10', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
    const whole = join(folder, 'whole.mkv');
    await ffmpeg(...video, ...audio, '-i', metadata, '-map_metadata', '2', ...codecs, whole);
    for (const [name, ...args] of FILES) await ffmpeg('-i', whole, ...args, join(folder, name));
    service = await startService({ MEDIA_DIR: folder });
  });

  after(async () => {
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  for (const name of ['film.mkv', 'film.mp4', 'book.m4b', 'book.mp3', 'old.mp3']) {
    it(`of ${name} are in /info, in WebVTT and in HLS`, async () => {
      const found = await chaptersOf(name);
      expect(found.map(({ title }) => title)).to.deep.equal(CHAPTERS.map(([, , title]) => title));
      for (const [i, [start, end]] of CHAPTERS.entries()) {
        // The audio's priming moves all of a Matroska by some milliseconds.
        expect(found[i]?.startSeconds).to.be.closeTo(start, 0.03);
        expect(found[i]?.endSeconds).to.be.closeTo(end, 0.06);
      }
      const vtt = await (await fetch(`${service.url}/subtitles/${name}/chapters.vtt?start=12`)).text();
      expect(vtt).to.match(/^WEBVTT\n\n00:00:00\.000 --> 00:00:10\.5\d\d\nTom &amp; &lt;Jerry&gt;\n/);
      const master = await (await fetch(`${service.url}/hls/${name}/master.m3u8`)).text();
      expect(master).to.contain('#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="chapters.json"');
      expect(readMaster(master).variants).to.not.have.length(0);
      const listed = await json<Record<string, unknown>[]>(`/hls/${name}/chapters.json`);
      expect(listed[1]).to.deep.include({
        chapter: 2,
        titles: [{ language: 'und', title: 'Tom & <Jerry>' }],
      });
      const clip = await json<Record<string, unknown>[]>(`/hls/${name}/chapters.json?start=12&end=14.5`);
      expect(clip).to.deep.equal([
        {
          ...{ chapter: 1, 'start-time': 0, duration: 2.5 },
          titles: [{ language: 'und', title: 'Tom & <Jerry>' }],
        },
      ]);
    });
  }

  describe('in players of Chromium', () => {
    let browser: Browser;
    before(async function () {
      needs(this, 'chromium');
      browser = await launchBrowser();
    });
    after(() => browser?.close());

    /** Runs a script in a page of the service with a library and a video element; chapters as `start title`. */
    async function listed(library: string, script: string): Promise<unknown> {
      const page = await browser.newPage();
      try {
        const body = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><video></video>';
        await page.route('**/a-page/', (route) => route.fulfill({ body, contentType: 'text/html' }));
        await page.goto(`${service.url}/a-page/`);
        await page.addScriptTag({ content: await readFile(require.resolve(library), 'utf8') });
        return await page.evaluate(`(async () => {
          const video = document.querySelector('video');
          video.muted = true;
          ${script}
        })()`);
      } finally {
        await page.close();
      }
    }
    const titles = CHAPTERS.map(([start, , title]) => `${start} ${title}`);

    it('are named to hls.js by its playlist', async () => {
      const found = await listed(
        'hls.js',
        `const hls = new Hls();
        const data = await new Promise((resolve) => {
          hls.on(Hls.Events.MANIFEST_LOADED, (_, { sessionData }) => resolve(sessionData));
          hls.loadSource('/hls/film.mkv/master.m3u8');
        });
        const address = new URL(data['com.apple.hls.chapters'].URI, new URL('/hls/film.mkv/master.m3u8', location));
        const chapters = await (await fetch(address)).json();
        return chapters.map((chapter) => Math.round(chapter['start-time'] * 10) / 10 + ' ' + chapter.titles[0].title);`,
      );
      expect(found).to.deep.equal(titles);
    });

    it('are listed by shaka-player out of HLS', async () => {
      const found = await listed(
        'shaka-player',
        `const player = new shaka.Player();
        await player.attach(video);
        await player.load('/hls/film.mkv/master.m3u8');
        const chapters = await player.getChaptersAsync('und');
        return chapters.map(({ startTime, title }) => Math.round(startTime * 10) / 10 + ' ' + title);`,
      );
      expect(found).to.deep.equal(titles);
    });

    it('are listed by video.js as a track', async () => {
      const found = await listed(
        'video.js/dist/video.min.js',
        `const player = videojs(video, { preload: 'auto', html5: { nativeTextTracks: false } });
        player.src({ src: '/hls/film.mkv/master.m3u8', type: 'application/vnd.apple.mpegurl' });
        const { track } = player.addRemoteTextTrack({ kind: 'chapters', src: '/subtitles/film.mkv/chapters.vtt' }, false);
        track.mode = 'hidden';
        while (!track.cues || track.cues.length < ${CHAPTERS.length}) await new Promise((resolve) => setTimeout(resolve, 20));
        return Array.from(track.cues, ({ startTime, text }) => Math.round(startTime * 10) / 10 + ' ' + text);`,
      );
      const escaped = titles.map((title) =>
        title.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;'),
      );
      expect(found).to.deep.equal(escaped);
    });
  });

  it('of a file without any are nowhere', async () => {
    expect(await chaptersOf('plain.mp4')).to.deep.equal([]);
    expect((await fetch(`${service.url}/subtitles/plain.mp4/chapters.vtt`)).status).to.equal(404);
    const master = await (await fetch(`${service.url}/hls/plain.mp4/master.m3u8`)).text();
    expect(master).to.not.contain('SESSION-DATA');
  });
});
