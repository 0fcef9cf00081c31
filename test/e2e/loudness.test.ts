import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { exportOf } from '../../testing/exports.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { decode, ffmpeg, ffmpegOutput } from '../../testing/verify.ts';

/** Music that grows and shrinks, of which a part is far louder than the rest. */
const DYNAMIC =
  "aevalsrc='(0.02+0.3*pow(sin(PI*t/20),8))*(sin(2*PI*220*t)+sin(2*PI*277*t)+0.5*random(0))|" +
  "(0.02+0.3*pow(sin(PI*t/20),8))*(sin(2*PI*330*t)+0.5*random(1))':s=44100:d=40";
/** Drums: peaks with little in between. */
const PEAKY = "aevalsrc='exp(-30*mod(t,0.5))*0.9*sin(2*PI*90*t)+0.01*sin(2*PI*1000*t)':s=48000:d=20";
const QUIET = "aevalsrc='0.003*sin(2*PI*440*t)*lt(mod(t,3),2)':s=48000:d=15";
const SURROUND =
  "aevalsrc='0.1*sin(2*PI*300*t)|0.1*sin(2*PI*310*t)|0.3*sin(2*PI*500*t)*lt(mod(t,4),3)|0|0.05*random(0)|0.05*random(1)':c=5.1:s=48000:d=20";

describe('loudness', function () {
  this.timeout(180_000);
  let folder: string;
  let service: Service;
  let hasty: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    needs(this, 'corpus');
    folder = await mkdtemp(join(tmpdir(), 'sluice-loudness-'));
    const media = join(folder, 'media');
    await mkdir(media);
    const file = (name: string) => join(media, name);
    const audio = (source: string) => ['-f', 'lavfi', '-i', source];
    const video = [
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=160x90:r=24:d=20',
      '-c:v',
      'libx264',
      '-pix_fmt',
      'yuv420p',
    ];
    await ffmpeg(...audio(DYNAMIC), '-c:a', 'flac', file('dynamic.flac'));
    await ffmpeg(...audio(PEAKY), '-c:a', 'libmp3lame', '-b:a', '160k', file('peaky.mp3'));
    await ffmpeg(...audio(QUIET), '-c:a', 'pcm_s24le', file('quiet.wav'));
    await ffmpeg(...audio(SURROUND), ...video, '-c:a', 'ac3', '-b:a', '384k', file('surround.mkv'));
    for (const [from, to] of [
      ['audio-lena__lena.m4a', 'song.m4a'],
      ['mediabunny__Toothsome-Meme.VBRv2.mp3', 'band.mp3'],
    ] as const) {
      await copyFile(new URL(`../../../shared/corpus/audio/${from}`, import.meta.url), file(to));
    }
    await ffmpeg('-f', 'lavfi', '-i', 'anullsrc=r=48000:d=5', '-c:a', 'aac', file('silent.m4a'));
    const derived = { DERIVED_DIR: join(folder, 'derived') };
    service = await startService({ MEDIA_DIR: media, ...derived }, { maxInstances: 4 });
    hasty = await startService({ MEDIA_DIR: media, MAX_MEASURING_SECONDS: '0' });
  });
  after(async () => {
    await service?.close();
    await hasty?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function streamed(address: string, { url } = service): Promise<[path: string, plan: string]> {
    const response = await fetch(`${url}/stream/${address}`);
    expect(response.status, address).to.equal(200);
    const path = join(folder, 'streamed');
    await writeFile(path, Buffer.from(await response.arrayBuffer()));
    return [path, response.headers.get('sluice-plan') ?? ''];
  }

  const FILES = [
    ['dynamic.flac', 'format=flac'],
    ['peaky.mp3', 'format=mp3'],
    ['quiet.wav', 'format=wav'],
    ['surround.mkv', 'format=mp4'],
    ['song.m4a', 'format=opus'],
    ['band.mp3', 'format=aac'],
  ] as const;
  for (const [name, query] of FILES) {
    for (const wanted of [-23, -16]) {
      it(`of ${name} is ${wanted} LUFS within 0.5 LU (${query})`, async () => {
        const [path, plan] = await streamed(`${name}?${query}&loudness=${wanted}`);
        expect(plan).to.contain(`loudness=${wanted}:measured`);
        const { lufs, peak } = await measured(path);
        console.log(`      ${name}: ${lufs} LUFS, peak ${peak} dB`);
        expect(lufs).to.be.closeTo(wanted, 0.5);
        // Lossy encoders add to what was limited to -1.
        expect(peak).to.be.below(0);
      });
    }
  }

  it('is told by /info once it was measured, as the file has it', async () => {
    const told = async (name: string) => {
      const info = (await (await fetch(`${service.url}/info/${name}`)).json()) as { loudness: unknown[] };
      return info.loudness;
    };
    expect(await told('silent.m4a')).to.deep.equal([]);
    const own = await measured(join(folder, 'media', 'dynamic.flac'));
    const [found] = (await told('dynamic.flac')) as { integrated: number; truePeak: number }[];
    expect(found).to.include({ audio: 0, channels: 2 });
    expect(found?.integrated).to.be.closeTo(own.lufs, 0.1);
    expect(found?.truePeak).to.be.closeTo(own.peak, 0.2);
    // That of a part is not that of the film.
    await streamed('band.mp3?format=wav&loudness=-20&start=1&duration=2');
    expect(await told('band.mp3')).to.have.length(1);
  });

  it('is the same in an export, at another speed, and of a part', async () => {
    const { file } = await exportOf(service, '/export/surround.mkv?format=mp4&loudness=-18.5');
    const exported = join(folder, 'exported.mp4');
    await writeFile(exported, file);
    expect((await measured(exported)).lufs).to.be.closeTo(-18.5, 0.5);
    expect((await decode(exported)).complaints).to.equal('');
    const [fast] = await streamed('dynamic.flac?format=mp3&loudness=-20&speed=1.5');
    expect((await measured(fast)).lufs).to.be.closeTo(-20, 0.5);
    const [part] = await streamed('dynamic.flac?format=wav&loudness=-20&start=8&duration=4');
    expect((await measured(part)).lufs).to.be.closeTo(-20, 0.5);
  });

  it('keeps the video, and every sample in its place', async () => {
    const [, plan] = await streamed('surround.mkv?loudness=-16');
    expect(plan).to.match(/^transcode; format=mp4; video=copy; audio=aac; loudness=-16:measured/);
    // Drums that a limiter takes hold of, which looks ahead.
    const [before] = await streamed('peaky.mp3?format=wav');
    const original = await onsetsOf(before);
    const [after] = await streamed('peaky.mp3?format=wav&loudness=-15');
    const louder = await onsetsOf(after);
    expect(louder).to.have.length(original.length);
    for (const [i, onset] of louder.entries()) expect(onset).to.be.closeTo(original[i] ?? 0, 0.001);
  });

  it('leaves silence alone', async () => {
    const [path] = await streamed('silent.m4a?format=wav&loudness=-16');
    expect((await measured(path)).lufs).to.equal(-70);
  });

  for (const [name, query] of FILES) {
    it(`in one pass is within 2.5 LU, and says that it is one pass: ${name}`, async () => {
      const [path, plan] = await streamed(`${name}?${query}&loudness=-20`, hasty);
      expect(plan).to.match(/loudness=-20:adaptive; reason=".*MAX_MEASURING_SECONDS/);
      const { lufs } = await measured(path);
      console.log(`      ${name}: ${lufs} LUFS`);
      expect(lufs).to.be.closeTo(-20, 2.5);
    });
  }
});

async function measured(path: string): Promise<{ readonly lufs: number; readonly peak: number }> {
  const args = ['-nostdin', '-i', path, '-map', '0:a:0', '-af', 'ebur128=peak=true', '-f', 'null', '-'];
  const { stderr } = await promisify(execFile)('/usr/bin/ffmpeg', args, { maxBuffer: 2 ** 26 });
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
  return {
    lufs: Number(/I:\s+(-?[\d.]+) LUFS/.exec(summary)?.[1]),
    peak: Number(/Peak:\s+(-?[\d.]+|-inf) dBFS/.exec(summary)?.[1]?.replace('-inf', '-Infinity')),
  };
}

/** Returns when each of the drums has risen to a third of its height, in seconds. */
async function onsetsOf(path: string): Promise<number[]> {
  const rate = 48_000;
  const bytes = await ffmpegOutput('-i', path, '-ac', '1', '-ar', String(rate), '-f', 'f32le', '-');
  const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  return Array.from({ length: 39 }, (_, i) => {
    const drum = samples.subarray((i + 0.25) * (rate / 2), (i + 1.25) * (rate / 2)).map(Math.abs);
    const most = drum.reduce((a, b) => Math.max(a, b), 0);
    return (i + 0.25) / 2 + drum.findIndex((level) => level > most / 3) / rate;
  });
}
