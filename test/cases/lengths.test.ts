import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { beepsOf } from '../../testing/beeps.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';

const run = promisify(execFile);
const SIGN = 'between(mod(t,1),0.4999,0.6)';
const tone = (rate: number) => [
  ...['-f', 'lavfi', '-i', `aevalsrc='if(${SIGN},0.9,0.01)*sin(2*PI*1000*t)':s=${rate}:d=5`],
];
const FILM = ['-f', 'lavfi', '-i', 'testsrc2=s=96x54:r=25:d=5,format=yuv420p', '-c:v', 'libx264', '-g', '25'];

type Row = {
  readonly name: string;
  readonly args: readonly string[];
  /** From the first to the last of what is shown or heard. */
  readonly seconds: number;
  /** Samples that are heard, at the file's rate. */
  readonly samples: number;
  readonly sampleRate: number;
};

const audio = (name: string, args: readonly string[], samples: number, sampleRate: number): Row => ({
  ...{ name, args: [...tone(sampleRate), ...args], samples, sampleRate },
  seconds: samples / sampleRate,
});
const ac3 = ['-c:a', 'ac3', '-b:a', '96k'];

/** ffmpeg's own figures: 0.06 s more for FLV, 0.04 s for MP3, 2.6 to 15 s for AVI, and an AC-3 frame less for Matroska. */
const ROWS: readonly Row[] = [
  // The video starts at 0.08 s and the audio at 0.059 s.
  {
    ...{ name: 'film.flv', args: [...tone(48_000), ...FILM, '-c:a', 'aac'] },
    ...{ seconds: 5.021, samples: 236 * 1024, sampleRate: 48_000 },
  },
  {
    ...{ name: 'film.mkv', args: [...tone(48_000), ...FILM, ...ac3] },
    ...{ seconds: 5.024, samples: 157 * 1536, sampleRate: 48_000 },
  },
  audio('late.mka', ['-c:a', 'flac', '-output_ts_offset', '0.5'], 240_000, 48_000),
  audio('lame.mp3', ['-ac', '2', '-b:a', '128k'], 220_500, 44_100),
  audio('variable.mp3', ['-q:a', '4'], 240_000, 48_000),
  audio('low.mp3', [], 110_250, 22_050),
  audio('pcm.avi', ['-c:a', 'pcm_s16le'], 240_000, 48_000),
  audio('ms.avi', ['-c:a', 'adpcm_ms'], 118 * 2036, 48_000),
  audio('ima.avi', ['-ac', '2', '-c:a', 'adpcm_ima_wav'], 236 * 1017, 48_000),
  audio('yamaha.avi', ['-ac', '2', '-c:a', 'adpcm_yamaha'], 235 * 1024, 48_000),
  audio('swf.avi', ['-c:a', 'adpcm_swf'], 54 * 4096, 44_100),
];

describe('cases: one length at every address', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-lengths-'));
    for (const { name, args } of ROWS) {
      await run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', ...args, '-y', join(folder, name)]);
    }
    service = await startService({ MEDIA_DIR: folder });
  });
  after(async () => {
    await service?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  for (const { name, seconds, samples, sampleRate } of ROWS) {
    it(name, async () => {
      const { media } = (await (await fetch(`${service.url}/info/${name}`)).json()) as Info;
      const all = await samplesOf(join(folder, name));
      expect(all, 'in the file').to.equal(samples);
      expect(media.durationSeconds, 'info').to.be.closeTo(seconds, 0.002);
      const stream = `${service.url}/stream/${name}?format=wav`;
      expect(await samplesOf(stream), 'stream').to.be.closeTo(samples, 1);
      const fromTwo = samples - 2 * sampleRate;
      expect(await samplesOf(`${stream}&start=2`), 'stream from 2 s').to.be.closeTo(
        fromTwo,
        0.002 * sampleRate,
      );
      const [first = 0] = await beepsOf(stream);
      for (const [i, beep] of (await beepsOf(`${stream}&start=2`)).entries())
        expect(beep, `beep ${i} from 2 s`).to.be.closeTo(first + i, 0.003);
      const text = await (await fetch(`${service.url}/hls/${name}/audio-0/index.m3u8`)).text();
      const listed = [...text.matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, [, part]) => sum + Number(part), 0);
      // A packet of AAC is not divided.
      expect(listed, 'playlist').to.be.within(samples / sampleRate - 0.001, seconds + 0.025);
      const manifest = await (await fetch(`${service.url}/dash/${name}/manifest.mpd`)).text();
      const shown = Number(/mediaPresentationDuration="PT([\d.]+)S"/.exec(manifest)?.[1]);
      expect(shown, 'manifest').to.be.within(seconds - 0.001, seconds + 0.025);
    });
  }

  it('counts FLV from its first frame where nothing declares its length, and its clock began long before', async () => {
    const late = ['-c:a', 'aac', '-output_ts_offset', '10', '-flvflags', 'no_duration_filesize'];
    const input = [...tone(48_000), ...FILM, ...late, join(folder, 'undeclared.flv')];
    await run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', ...input]);
    const { media } = (await (await fetch(`${service.url}/info/undeclared.flv`)).json()) as Info;
    // Its last tag has the time of its decoding, and no length.
    expect(media.durationSeconds, 'info').to.be.closeTo(5, 0.15);
    const manifest = await (await fetch(`${service.url}/dash/undeclared.flv/manifest.mpd`)).text();
    const shown = Number(/mediaPresentationDuration="PT([\d.]+)S"/.exec(manifest)?.[1]);
    expect(shown, 'manifest').to.be.closeTo(5, 0.15);
  });

  it('hears G.726 in AVI, whose blocks ffmpeg takes for samples', async () => {
    const output = ['-c:a', 'g726', join(folder, 'g726.avi')];
    await run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', ...tone(8000), ...output]);
    const stream = `${service.url}/stream/g726.avi?format=wav`;
    for (const [address, first, count] of [
      [stream, 0.5, 5],
      [`${stream}&start=2`, 0.5, 3],
      // It follows the priming packet of the AAC encoder.
      [`${service.url}/hls/g726.avi/audio-0/index.m3u8`, 0.5 + 1024 / 8000, 5],
    ] as const) {
      const beeps = await beepsOf(address);
      expect(beeps, beeps.join(' ')).to.have.length(count);
      for (const [i, beep] of beeps.entries()) expect(beep).to.be.closeTo(first + i, 0.01);
    }
  });
});

type Info = { readonly media: { readonly durationSeconds: number } };

/** Samples per channel that Debian's ffmpeg decodes, at their own rate. */
async function samplesOf(input: string): Promise<number> {
  const { stdout } = await run(
    '/usr/bin/ffmpeg',
    [
      ...['-v', 'error', '-nostdin', '-protocol_whitelist', 'file,http,tcp', '-i', input],
      ...['-map', '0:a:0', '-ac', '1', '-f', 's16le', '-'],
    ],
    { encoding: 'buffer', maxBuffer: 2 ** 26 },
  );
  return stdout.length / 2;
}
