import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ObjectInfo } from '../../functions/stream/plan/object-info.ts';
import { needs } from '../../testing/needs.ts';
import { readMaster } from '../../testing/playlists.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

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

  it('of a file without any are nowhere', async () => {
    expect(await chaptersOf('plain.mp4')).to.deep.equal([]);
    expect((await fetch(`${service.url}/subtitles/plain.mp4/chapters.vtt`)).status).to.equal(404);
    const master = await (await fetch(`${service.url}/hls/plain.mp4/master.m3u8`)).text();
    expect(master).to.not.contain('SESSION-DATA');
  });
});
