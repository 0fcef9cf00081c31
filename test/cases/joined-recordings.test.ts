import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { beepsOf, flashesOf } from '../../testing/beeps.ts';
import { launchBrowser } from '../../testing/browser.ts';
import { joinedRenditions } from '../../testing/joined-renditions.ts';
import { needs } from '../../testing/needs.ts';
import { openPlayerPage } from '../../testing/players/player-page.ts';
import { type Service, startService } from '../../testing/service.ts';

const run = promisify(execFile);
const ffmpeg = (...args: readonly string[]) => run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', ...args]);

describe('cases: joined recordings', function () {
  this.timeout(60_000);
  let folder: string;
  let service: Service;
  let browser: Browser;

  before(async function () {
    needs(this, 'ffmpeg', 'chromium');
    folder = await mkdtemp(join(tmpdir(), 'sluice-joined-'));
    browser = await launchBrowser();
    service = await startService({ MEDIA_DIR: folder });
  });
  after(async () => {
    await service?.close();
    await browser?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it('plays a copy of recordings that overlap in Matroska', async () => {
    // The second one begins where a segment does, a tenth of a second before the first one ends.
    for (const seconds of [3, 6]) {
      const film = ['-f', 'lavfi', '-i', `testsrc2=s=160x90:r=25:d=${seconds},format=yuv420p`];
      await ffmpeg(...film, '-c:v', 'libx264', '-g', '25', join(folder, `part-${seconds}.mkv`));
    }
    const list = join(folder, 'list.txt');
    await writeFile(list, 'file part-3.mkv\nduration 2.9\nfile part-6.mkv\n');
    await ffmpeg('-f', 'concat', '-i', list, '-c', 'copy', join(folder, 'overlap.mkv'));
    const frames: Record<string, number> = {};
    for await (const { uri, path } of joinedRenditions(service.url, 'overlap.mkv', folder)) {
      const count = ['-count_frames', '-select_streams', 'v', '-show_entries', 'stream=nb_read_frames'];
      const { stdout } = await run('/usr/bin/ffprobe', ['-v', 'error', ...count, '-of', 'csv=p=0', path]);
      frames[uri] = Number.parseInt(stdout, 10);
    }
    expect(frames).to.deep.equal({ 'copy/index.m3u8': 225 });
    const own = { aheadSeconds: 30, withinMs: 30_000 };
    const page = await openPlayerPage(browser, 'hls.js', service.url, own);
    await page.start(`${service.url}/hls/overlap.mkv/master.m3u8`, 90);
    await page.play(4);
    await page.until('it ends', ({ ended }) => ended);
    expect((await page.look()).currentTime).to.be.closeTo(8.9, 0.1);
    expect(page.complaints).to.deep.equal([]);
    await page.close();
  });

  // Two recordings of two seconds, with a flash and a beep in each second.
  for (const [name, codec] of [
    ['second.mpg', 'mpeg2video'],
    ['first.mpg', 'mpeg1video'],
  ] as const) {
    it(`plays program streams one after the other: ${codec}`, async () => {
      const sign = 'between(mod(t,1),0.4999,0.6)';
      const film = `testsrc2=s=160x96:r=25:d=2,format=yuv420p,drawbox=t=fill:c=white:enable='${sign}'`;
      const tone = `aevalsrc='if(${sign},0.9,0.01)*sin(2*PI*1000*t)':s=48000:d=2`;
      const coding = ['-c:v', codec, '-q:v', '3', '-c:a', 'mp2'];
      const muxer = ['-f', codec === 'mpeg2video' ? 'vob' : 'mpeg'];
      const part = join(folder, 'part.mpg');
      await ffmpeg('-f', 'lavfi', '-i', film, '-f', 'lavfi', '-i', tone, ...coding, ...muxer, '-y', part);
      const bytes = await readFile(part);
      await writeFile(join(folder, name), Buffer.concat([bytes, bytes]));
      const info = (await (await fetch(`${service.url}/info/${name}`)).json()) as {
        media: { durationSeconds: number };
      };
      expect(info.media.durationSeconds).to.be.closeTo(4, 0.03);
      const stream = `${service.url}/stream/${name}`;
      near(await flashesOf(stream), [0.52, 1.52, 2.52, 3.52], 0.045);
      near(await beepsOf(stream), [0.5, 1.5, 2.5, 3.5], 0.045);
      near(await flashesOf(`${stream}?start=2.2`), [0.32, 1.32], 0.045);
      near(await beepsOf(`${stream}?start=2.2`), [0.3, 1.3], 0.045);
      near(await flashesOf(`${service.url}/hls/${name}/96p/index.m3u8`), [0.52, 1.52, 2.52, 3.52], 0.045);
      // They follow the priming packet of the AAC encoder.
      near(await beepsOf(`${service.url}/hls/${name}/audio-0/index.m3u8`), [0.52, 1.52, 2.52, 3.52], 0.045);
    });
  }

  it('plays MPEG-TS whose audio overlaps the next recording: it is heard with its frames', async () => {
    const parts: Buffer[] = [];
    for (const seconds of [3.1, 3]) {
      const sign = 'between(mod(t,1),0.4999,0.6)';
      const film = `testsrc2=s=160x96:r=25:d=3,format=yuv420p,drawbox=t=fill:c=white:enable='${sign}'`;
      const tone = `aevalsrc='if(${sign},0.9,0.01)*sin(2*PI*1000*t)':s=48000:d=${seconds}`;
      const part = join(folder, 'part.ts');
      const coding = ['-c:v', 'libx264', '-g', '25', '-c:a', 'aac'];
      await ffmpeg('-f', 'lavfi', '-i', film, '-f', 'lavfi', '-i', tone, ...coding, '-y', part);
      parts.push(await readFile(part));
    }
    await writeFile(join(folder, 'overlap.ts'), Buffer.concat(parts));
    const stream = `${service.url}/stream/overlap.ts`;
    // The file's audio begins with its encoder's priming packet.
    near(await beepsOf(`${stream}?format=wav`), [0.521, 1.521, 2.521, 3.521, 4.521, 5.521], 0.02);
    near(await beepsOf(`${stream}?format=wav&start=2.2`), [0.321, 1.321, 2.321, 3.321], 0.02);
    near(await beepsOf(`${stream}?height=48`), [0.543, 1.543, 2.543, 3.543, 4.543, 5.543], 0.02);
    // They follow the delay of the encoder for two frames, which this ffmpeg shows.
    near(await flashesOf(`${stream}?height=48`), [0.581, 1.581, 2.581, 3.581, 4.581, 5.581], 0.045);
  });

  const ofNumber = (number: number) => ['-serial_offset', String(number)];
  const VORBIS = ['-c:a', 'libvorbis'];
  for (const [name, what, ...parts] of [
    // Its streams have one number.
    ['vorbis.ogg', 'one file with itself', VORBIS, VORBIS],
    ['opus.ogg', 'one file with itself', ['-c:a', 'libopus'], ['-c:a', 'libopus']],
    ['flac.ogg', 'one file with itself', ['-c:a', 'flac'], ['-c:a', 'flac']],
    ['two.ogg', 'two files', ['-c:a', 'libopus', ...ofNumber(1)], ['-c:a', 'libopus', ...ofNumber(2)]],
    // ffmpeg begins another graph of filters, which counts from 0.
    ['rates.ogg', 'files of two rates', VORBIS, [...VORBIS, ...ofNumber(2), '-ar', '44100']],
    ['rates.mp3', 'files of two formats', ['-ar', '48000'], ['-ar', '44100', '-ac', '2']],
  ] as const) {
    it(`plays ${what} one after the other: ${name}`, async () => {
      const tone = "aevalsrc='if(between(mod(t,1),0.4999,0.6),0.9,0.01)*sin(2*PI*1000*t)':s=48000:d=2";
      const links: Buffer[] = [];
      for (const coding of parts) {
        const part = join(folder, `part-${name}`);
        await ffmpeg('-f', 'lavfi', '-i', tone, ...coding, '-y', part);
        links.push(await readFile(part));
      }
      await writeFile(join(folder, name), Buffer.concat(links));
      const { media } = (await (await fetch(`${service.url}/info/${name}`)).json()) as {
        media: { durationSeconds: number };
      };
      // MP3 has up to two frames more at each end.
      const most = name.endsWith('ogg') ? 0.03 : 0.09;
      expect(media.durationSeconds).to.be.within(4 - 0.001, 4 + (name.endsWith('ogg') ? 0.001 : 0.11));
      const stream = `${service.url}/stream/${name}?format=wav`;
      near(await beepsOf(stream), [0.5, 1.5, 2.5, 3.5], most);
      near(await beepsOf(`${stream}&start=2.2`), [0.3, 1.3], most);
      const playlist = `${service.url}/hls/${name}/audio-0/index.m3u8`;
      near(await beepsOf(playlist), [0.52, 1.52, 2.52, 3.52], most);
      const { headers } = await fetch(`${service.url}/stream/${name}`, { method: 'HEAD' });
      expect(headers.get('sluice-plan')).to.include('several recordings follow each other');
    });
  }
});

function near(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(found, found.join(' ')).to.have.length(wanted.length);
  for (const [i, time] of found.entries()) expect(time).to.be.closeTo(wanted[i] ?? 0, tolerance);
}
