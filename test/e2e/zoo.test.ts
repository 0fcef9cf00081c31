import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { addressOf } from '../../functions/stream/route/address-of.ts';
import { needs } from '../../testing/needs.ts';
import { descendants } from '../../testing/processes.ts';
import { type Service, startService } from '../../testing/service.ts';
import { measureSync, syncAudio, syncVideo } from '../../testing/sync.ts';
import { decode, uprightSize } from '../../testing/verify.ts';

const run = promisify(execFile);

const film = [...syncVideo('160x96', 25, 3), ...syncAudio(48_000, 3)];
const h264 = ['-c:v', 'libx264', '-preset', 'veryfast'];
const hevc = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none:pools=1'];
const vp8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8'];
const vp9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'];
const aac = ['-c:a', 'aac'];
const opus = ['-c:a', 'libopus'];
const narrow = ['-vf', 'setsar=8/9'];
const fields = ['-x264-params', 'tff=1'];
const fragments = ['-movflags', '+frag_keyframe+empty_moov', '-g', '25'];
const late = [...syncVideo('160x96', 25, 3), '-itsoffset', '0.7', ...syncAudio(48_000, 3)];

type Change = (file: Buffer) => Buffer;
const cut: Change = (file) => file.subarray(0, Math.floor(file.length * 0.7));
const twice: Change = (file) => Buffer.concat([file, file]);
const padded: Change = (file) => Buffer.concat([file, Buffer.alloc(70_000)]);
const beginning: Change = (file) => file.subarray(188 * 40 + 77);

/**
 * What is produced of a file, and what else is requested; the plan's header shows that it was the expected
 * plan.
 */
const ZOO: [file: string, args: string[], plan: RegExp, more?: { query?: string; change?: Change }][] = [
  ['hevc.ts', [...film, ...hevc, ...aac], /video=h264:96; audio=aac/],
  ['h264.ts', [...film, ...h264, ...aac], /^remux/],
  ['smaller.ts', [...film, ...h264, ...aac], /video=h264:60; audio=aac/, { query: '?height=60' }],
  ['fields.ts', [...film, ...h264, ...fields, ...aac], /interlaced/],
  ['fields-narrow.ts', [...film, ...h264, ...fields, ...narrow, ...aac], /interlaced/],
  ['narrow-mpeg2.ts', [...film, '-c:v', 'mpeg2video', ...narrow, '-c:a', 'mp2'], /video=h264:96; audio=aac/],
  ['blu-ray.m2ts', [...film, ...h264, ...aac, '-mpegts_m2ts_mode', '1'], /audio=aac/],
  ['broadcast.ts', [...film, ...h264, '-c:a', 'mp2'], /video=copy; audio=aac/],
  ['cut.ts', [...film, ...h264, ...aac], /^remux/, { change: cut }],
  ['padded.ts', [...film, ...h264, ...aac], /damaged/, { change: padded }],
  ['beginning.ts', [...film, ...h264, '-g', '10', ...aac], /video=copy/, { change: beginning }],
  ['start.ts', [...film, ...h264, '-g', '75', ...aac], /start=0.5/, { query: '?start=0.5&duration=1' }],
  ['program.mpg', [...film, '-c:v', 'mpeg1video', '-c:a', 'mp2'], /video=h264:96/],
  ['h264.flv', [...film, ...h264, ...aac, '-ar', '44100'], /video=copy; audio=copy/],
  ['cut.flv', [...film, ...h264, ...aac, '-ar', '44100'], /video=copy; audio=copy/, { change: cut }],
  ['deep-vp9.webm', [...film, ...vp9, '-pix_fmt', 'yuv420p10le', ...opus], /video=h264:96; audio=aac/],
  ['vp8.mkv', [...film, ...vp8, '-c:a', 'libvorbis'], /format=webm; video=copy; audio=copy/],
  [
    'cut.webm',
    [...film, ...vp8, '-g', '10', ...opus, '-cluster_time_limit', '400'],
    /cut off/,
    { change: cut },
  ],
  ['cut.mkv', [...film, ...h264, ...aac], /video=copy; audio=copy/, { change: cut }],
  ['lossless.mkv', [...film, '-c:v', 'ffv1', '-c:a', 'flac'], /video=h264:96; audio=aac/],
  ['narrow.mkv', [...film, ...h264, ...narrow, ...aac], /^remux/],
  ['cut-fragments.mp4', [...film, ...h264, ...aac, ...fragments], /^remux.*cut off/, { change: cut }],
  ['late.mp4', [...late, ...hevc, ...aac], /video=h264:96; audio=copy/],
  ['late-audio.mp4', [...late, ...h264, ...aac], /format=mp3/, { query: '?format=mp3' }],
  ['surround.mp4', [...film, ...h264, ...aac, '-ac', '6'], /audio=aac/, { query: '?format=mp4&height=60' }],
  ['narrow.mp4', [...film, ...hevc, ...narrow, ...aac], /video=h264:96/],
  ['mpeg4.avi', [...film, '-c:v', 'mpeg4', '-bf', '0', '-c:a', 'libmp3lame'], /video=h264:96; audio=copy/],
  ['prores.mov', [...film, '-c:v', 'prores_ks', '-c:a', 'pcm_s24le'], /video=h264:96; audio=aac/],
  ['wmv.asf', [...film, '-c:v', 'wmv2', '-c:a', 'wmav2'], /video=h264:96; audio=aac/],
  ['tiny.mkv', [...syncVideo('2x2', 25, 2), '-c:v', 'ffv1'], /video=h264:2;/],
  ['odd.mkv', [...syncVideo('17x31', 25, 2), '-c:v', 'ffv1'], /video=h264:30;/],
  ['pcm.caf', [...syncAudio(48_000, 3)], /audio=mp3/],
  ['pcm.w64', [...syncAudio(48_000, 3)], /audio=mp3/],
  ['double.wav', [...syncAudio(48_000, 3), '-c:a', 'pcm_f64le'], /audio=mp3/],
  ['fast.flac', [...syncAudio(192_000, 3)], /format=mp4; audio=aac/, { query: '?format=mp4' }],
  ['cut.ogg', [...syncAudio(48_000, 6), '-c:a', 'libvorbis'], /damaged/, { change: cut }],
];

describe('files of all kinds, written by Debian’s ffmpeg', function () {
  this.timeout(60_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-zoo-'));
    service = await startService({ MEDIA_DIR: folder });
  });
  after(() => (folder === undefined ? undefined : rm(folder, { recursive: true })));

  for (const [file, args, plan, { query = '', change } = {}] of ZOO) {
    it(`${file}${query}`, async () => {
      const [source, output] = [join(folder, file), join(folder, 'output')];
      await make(source, args, change);
      const response = await fetch(`${service.url}${addressOf('stream', file)}${query}`);
      const body = Buffer.from(await response.arrayBuffer());
      expect(response.status, body.toString('latin1', 0, 300)).to.equal(200);
      expect(response.headers.get('sluice-plan')).to.match(plan);
      await writeFile(output, body);
      await expectSame(source, output, new URLSearchParams(query));
    });
  }

  it('a joined recording plays on when its clock restarts', async () => {
    const [source, output] = [join(folder, 'joined.ts'), join(folder, 'output')];
    await make(source, [...film, ...h264, ...aac], twice);
    const response = await fetch(`${service.url}${addressOf('stream', 'joined.ts')}?height=60`);
    await writeFile(output, Buffer.from(await response.arrayBuffer()));
    expect((await decode(output)).seconds).to.be.closeTo(6, 0.2);
    expect((await measureSync(output, true, false)).frames).to.be.closeTo(150, 3);
  });

  it('a slide that was shown before the start is there at the start', async () => {
    const [source, output] = [join(folder, 'slides.mkv'), join(folder, 'output')];
    const slides = `testsrc2=s=160x96:r=25:d=6,select='lt(n,3)+gt(n,140)'`;
    await make(source, ['-f', 'lavfi', '-i', slides, '-vsync', 'vfr', ...hevc]);
    const response = await fetch(`${service.url}${addressOf('stream', 'slides.mkv')}?start=3&duration=1`);
    await writeFile(output, Buffer.from(await response.arrayBuffer()));
    expect((await decode(output)).seconds).to.be.closeTo(1, 0.1);
    expect((await measureSync(output, true, false)).frames).to.be.within(24, 31);
  });

  it('leaves no process behind', async () => {
    for (const { pid } of service.instances()) expect(await descendants(pid)).to.deep.equal([]);
  });
});

async function make(path: string, args: readonly string[], change?: Change): Promise<void> {
  await run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args, path]);
  if (change) await writeFile(path, change(await readFile(path)));
}

/** The same duration, frame count and size, and the same moments of flash and beep, as far as requested. */
async function expectSame(source: string, output: string, query: URLSearchParams): Promise<void> {
  const [own, result] = [await decode(source), await decode(output)];
  expect(result.complaints, 'decodes without an error').to.equal('');
  const start = Number(query.get('start') ?? 0);
  const length = Number(query.get('duration') ?? own.seconds - start);
  expect(result.seconds, 'duration').to.be.closeTo(length, 0.2);

  const size = await uprightSize(source);
  const hasVideo = size !== null && query.get('format') !== 'mp3';
  const hasAudio = !/(tiny|odd)/.test(source);
  const expected = await measureSync(source, size !== null, hasAudio);
  const found = await measureSync(output, hasVideo, hasAudio);
  if (hasVideo) {
    const height = Number(query.get('height') ?? size.height);
    const shown = await uprightSize(output);
    expect(shown?.height, 'height').to.be.closeTo(height, 1);
    expect(shown?.width, 'width').to.be.closeTo((size.width * height) / size.height, 1.5);
    const frames = query.has('duration') ? length * 25 : expected.frames;
    expect(found.frames, 'frames').to.be.closeTo(frames, 2);
    expect(found.flashSeconds, 'flash').to.be.closeTo((expected.flashSeconds ?? 0) - start, 0.07);
  }
  if (hasAudio) expect(found.beepSeconds, 'beep').to.be.closeTo((expected.beepSeconds ?? 0) - start, 0.07);
}
