import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { countDecoded } from '../../testing/verify.ts';

const run = promisify(execFile);
const RATE = 48_000;

const film = (seconds: number, codec: readonly string[]) => [
  ...['-f', 'lavfi', '-i', `testsrc2=s=160x96:r=25:d=${seconds},format=yuv420p`],
  ...['-c:v', ...codec],
];
const tone = (seconds: number) => ['-f', 'lavfi', '-i', `sine=r=${RATE}:d=${seconds}`];
const H264 = ['libx264', '-preset', 'ultrafast'];
const HEVC = ['libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error'];
const MPEG2 = ['mpeg2video'];

/** Audio longer than the video, and the reverse: PES packets at the end hold several frames, or one that is cut short. */
const FILES: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['h264-aac.ts', [...tone(4), ...film(3, H264), '-c:a', 'aac']],
  ['hevc-ac3.ts', [...tone(3), ...film(4, HEVC), '-c:a', 'ac3']],
  ['mpeg2-aac.ts', [...tone(4), ...film(3, MPEG2), '-c:a', 'aac']],
  ['mpeg2-aac-early.m2ts', [...tone(3), ...film(4, MPEG2), '-c:a', 'aac', '-b:a', '32k']],
  // Larger than the read part of its end.
  ['long.ts', [...tone(4), ...film(3, MPEG2), '-c:a', 'aac', '-muxrate', '8M']],
  ['mpeg2-ac3.mpg', [...tone(4), ...film(3, MPEG2), '-c:a', 'ac3']],
  ['dvd.vob', [...tone(4), ...film(3, MPEG2), '-c:a', 'mp2', '-f', 'vob']],
];

/** The last frame that is shown has no time of its own in all of them but those without B-frames. */
const PROGRAMS: readonly (readonly [name: string, frames: number, args: readonly string[]])[] = [
  ['b-frames-100.mpg', 100, ['mpeg2video', '-bf', '2']],
  ['b-frames-101.mpg', 101, ['mpeg2video', '-bf', '2']],
  ['b-frames-102.vob', 102, ['mpeg2video', '-bf', '2', '-f', 'vob']],
  ['no-b-frames.mpg', 100, ['mpeg2video', '-bf', '0']],
  ['mpeg1.mpg', 100, ['mpeg1video', '-bf', '2']],
  ['mpeg1-no-b-frames.mpg', 100, ['mpeg1video', '-bf', '0']],
  ['h264.mpg', 100, ['libx264', '-preset', 'ultrafast', '-bf', '3', '-f', 'vob']],
];

describe('cases: the ends of transport and program streams', function () {
  this.timeout(300_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-ends-'));
    for (const [name, args] of FILES) {
      await run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', ...args, '-y', join(folder, name)]);
    }
    for (const [name, frames, codec] of PROGRAMS) {
      const input = [...film(frames / 25, codec), '-frames:v', String(frames)];
      await run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', ...input, '-y', join(folder, name)]);
    }
    service = await startService({ MEDIA_DIR: folder });
  });
  after(async () => {
    await service?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  for (const [name] of FILES) {
    it(`is heard at every address: ${name}`, async () => {
      const all = await samplesOf(join(folder, name));
      const { media } = (await (await fetch(`${service.url}/info/${name}`)).json()) as Info;
      const audio = media.tracks.find(({ kind }) => kind === 'audio');
      const seconds = audio?.durationSeconds ?? media.durationSeconds;
      if (audio?.durationSeconds !== null) expect(seconds).to.be.closeTo(all / RATE, 0.0001);
      expect(media.durationSeconds).to.be.at.least(all / RATE - 0.0001);
      expect(await samplesOf(`${service.url}/stream/${name}?format=wav`), 'wav').to.equal(all);
      // Audio that is encoded to AAC has a packet in front and fills the last one.
      expect(await samplesOf(`${service.url}/stream/${name}`), 'stream').to.be.within(all, all + 2048);
      const playlist = `${service.url}/hls/${name}/audio-0/index.m3u8`;
      expect(await samplesOf(playlist), 'hls').to.be.within(all, (seconds + 1) * RATE);
      const text = await (await fetch(playlist)).text();
      const listed = [...text.matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, [, part]) => sum + Number(part), 0);
      expect(listed, 'playlist').to.be.at.least(all / RATE - 0.001);
    });
  }

  for (const [name, frames] of PROGRAMS) {
    it(`is that of all frames in a program stream: ${name}`, async () => {
      expect(await countDecoded(join(folder, name)), 'file').to.include({ frames });
      const { media } = (await (await fetch(`${service.url}/info/${name}`)).json()) as Info;
      expect(media.durationSeconds).to.be.closeTo(frames / 25, 0.001);
      expect(await countDecoded(`${service.url}/hls/${name}/master.m3u8`), 'hls').to.include({ frames });
      expect(await countDecoded(`${service.url}/stream/${name}`), 'stream').to.include({ frames });
    });
  }
});

type Info = {
  readonly media: {
    readonly durationSeconds: number;
    readonly tracks: readonly { readonly kind: string; readonly durationSeconds: number | null }[];
  };
};

/** Samples per channel that Debian's ffmpeg decodes of the first audio track. */
async function samplesOf(input: string): Promise<number> {
  const output = ['-map', '0:a:0', '-ac', '1', '-ar', String(RATE), '-f', 's16le', '-'];
  const { stdout } = await run(
    '/usr/bin/ffmpeg',
    ['-v', 'error', '-nostdin', '-protocol_whitelist', 'file,http,tcp', '-i', input, ...output],
    { encoding: 'buffer', maxBuffer: 2 ** 26 },
  );
  return stdout.length / 2;
}
