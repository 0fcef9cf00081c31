import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { findChanges } from '../../functions/stream/media/transport/find-changes.ts';
import { surveyStream } from '../../functions/stream/media/transport/survey.ts';
import { fileAccess } from '../../testing/file-access.ts';
import { casesDirectory, needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';

const run = promisify(execFile);

/** ISO/IEC 13818-1 §2.4.1. */
const NULL_PACKET = Buffer.alloc(188, 0xff);
NULL_PACKET.set([0x47, 0x1f, 0xff, 0x10]);
/** Three seconds of ten megabytes. */
const NOISE = ['-i', 'testsrc2=s=640x360:r=25:d=3,noise=alls=60:allf=t,format=yuv420p'];
const LESS_NOISE = ['-i', 'testsrc2=s=320x180:r=25:d=3,noise=alls=30:allf=t,format=yuv420p'];

describe('cases: formats that change in mid-track, and cropped ones', function () {
  this.timeout(300_000);
  let folder: string;
  let service: Service;
  /** A service for the synthetic files. */
  let own: Service;
  let ownMedia: string;

  before(async function () {
    needs(this, 'cases', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-changes-'));
    service = await startService({ MEDIA_DIR: casesDirectory });
    ownMedia = join(folder, 'media');
    await mkdir(ownMedia);
    own = await startService({ MEDIA_DIR: ownMedia });
  });

  after(async () => {
    await service?.close();
    await own?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function bytesOf(path: string): Promise<Buffer> {
    const response = await fetch(`${service.url}${path}`);
    expect(response.status, path).to.equal(200);
    return Buffer.from(await response.arrayBuffer());
  }

  /** Counts the decoded frames of each size, in their order: `300 of 160x90, 5 of 320x180`. */
  async function framesOf(bytes: Uint8Array): Promise<string> {
    const file = join(folder, 'answer');
    await writeFile(file, bytes);
    const { stdout } = await run('/usr/bin/ffprobe', [
      ...[
        '-v',
        'error',
        '-select_streams',
        'v:0',
        '-show_entries',
        'frame=width,height',
        '-of',
        'csv=p=0:s=x',
      ],
      file,
    ]);
    const sizes = stdout.split('\n').flatMap((line) => /^\d+x\d+/.exec(line)?.[0] ?? []);
    const runs: { size: string; count: number }[] = [];
    for (const size of sizes) {
      const last = runs.at(-1);
      if (last?.size === size) last.count++;
      else runs.push({ size, count: 1 });
    }
    return runs.map(({ size, count }) => `${count} of ${size}`).join(', ');
  }

  /** Returns all segments of a rendition after its init segment. */
  async function rendition(name: string, id: string): Promise<Buffer> {
    const playlist = (await bytesOf(`/hls/${name}/${id}/index.m3u8`)).toString();
    const segments = playlist.split('\n').filter((line) => line.includes('.m4s'));
    const init = /URI="([^"]+)"/.exec(playlist)?.[1] ?? '';
    const parts: Buffer[] = [];
    for (const part of [init, ...segments]) parts.push(await bytesOf(`/hls/${name}/${id}/${part}`));
    return Buffer.concat(parts);
  }

  it('encodes all of a VP8 recording at one size', async () => {
    expect(await framesOf(await bytesOf('/stream/vp8size.webm?format=mp4&height=90'))).to.equal(
      '300 of 160x90',
    );
    expect(await framesOf(await rendition('vp8size.webm', '180p'))).to.equal('300 of 320x180');
  });

  // Its last frame ends 11.941 s after the film's zero, which is 298.5 frames: the first one, of 0.021 s, is
  // shown from 0. Two come at the change with times that are taken.
  it('encodes all of an H.264 recording at one size', async () => {
    expect(await framesOf(await bytesOf('/stream/sizechange.mkv?format=mp4&height=90'))).to.equal(
      '299 of 160x90',
    );
    // In segments the first one is longer.
    expect(await framesOf(await rendition('sizechange.mkv', '180p'))).to.equal('298 of 320x180');
  });

  // ffmpeg begins a new filter graph at each change: nothing may come before its first frame.
  for (const [what, name, codec, channels] of [
    ['channels of AC-3', 'ac3.ts', 'ac3', [2, 6]],
    ['channels of AAC', 'channels.ts', 'aac', [2, 1]],
    ['channels of AAC, and back', 'again.ts', 'aac', [2, 1, 2]],
  ] as const) {
    it(`is heard without a pause where audio changes: ${what}`, async () => {
      const parts: Buffer[] = [];
      for (const [i, count] of channels.entries())
        parts.push(await toneIn(`${i}-${name}`, 3.02 * i, ['-c:a', codec, '-ac', String(count)]));
      const seconds = 3 * channels.length;
      await writeFile(join(ownMedia, name), Buffer.concat(parts));
      const { headers } = await fetch(`${own.url}/stream/${name}`, { method: 'HEAD' });
      // No sample entry describes both.
      expect(headers.get('sluice-plan')).to.match(/^transcode.*audio=aac/);
      for (const query of ['format=wav', 'format=wav&start=1.5', 'format=mp4&height=48']) {
        const start = query.includes('start') ? 1.5 : 0;
        const address = `${own.url}/stream/${name}?${query}`;
        expect(await loudSeconds(address), query).to.be.within(
          seconds - 0.05 - start,
          seconds + 0.12 - start,
        );
      }
      const playlist = `${own.url}/hls/${name}/audio-0/index.m3u8`;
      expect(await loudSeconds(playlist), 'hls').to.be.within(seconds - 0.05, seconds + 0.12);
    });
  }

  // Between two of the places at which a probe looks.
  it('is heard where audio changes for a moment', async () => {
    const [stereo, six] = [['-c:a', 'aac', '-ac', '2'] as const, ['-c:a', 'aac', '-ac', '6'] as const];
    const before = [
      await toneIn('first.ts', 0, stereo, NOISE),
      await toneIn('second.ts', 3.02, stereo, NOISE),
      Buffer.alloc(2200 * 188, NULL_PACKET),
    ];
    const moment = await toneIn('moment.ts', 6.04, [...six, '-b:v', '3300k'], LESS_NOISE);
    const after = await toneIn('last.ts', 9.06, stereo, NOISE);
    await writeFile(join(ownMedia, 'moment.ts'), Buffer.concat([...before, moment, after]));
    const file = fileAccess(join(ownMedia, 'moment.ts'));
    expect((await surveyStream(file))?.changes.configurations.size).to.equal(0);
    file.reads.bytes = 0;
    expect((await findChanges(file, file.sizeBytes)).configurations.size).to.equal(1);
    expect(file.reads.bytes / file.sizeBytes).to.be.below(0.075);
    // Before it, audio is repackaged as before.
    const begin = await fetch(`${own.url}/stream/moment.ts?duration=1`, { method: 'HEAD' });
    expect(begin.headers.get('sluice-plan')).to.match(/^remux/);
    for (const query of ['', '?height=48', '?duration=8.5']) {
      const address = `${own.url}/stream/moment.ts${query}`;
      const { headers } = await fetch(address, { method: 'HEAD' });
      expect(headers.get('sluice-plan'), query).to.match(/^transcode.*audio=aac/);
      if (query.includes('height')) continue;
      const seconds = query.includes('duration') ? 8.5 : 12.08;
      expect(await loudSeconds(address), query).to.be.within(seconds - 0.1, seconds + 0.06);
    }
    // No look finds so few bytes, and nothing can be sent for them: the answer breaks off.
    const few = await toneIn('few.ts', 6.04, six);
    await writeFile(join(ownMedia, 'few.ts'), Buffer.concat([...before, few, after]));
    const begun = await fetch(`${own.url}/stream/few.ts`);
    expect(begun.headers.get('sluice-plan')).to.match(/^remux/);
    expect(await begun.arrayBuffer().catch(() => 'broken')).to.equal('broken');
  });

  // A decoder of the one takes nothing of the other: the last frame would stand, or nothing come at all.
  for (const [what, codecs] of [
    ['MPEG-2 to H.264', ['mpeg2video', 'libx264']],
    ['H.264 to HEVC', ['libx264', 'libx265']],
  ] as const) {
    it(`refuses a film that goes on in another codec: ${what}`, async () => {
      const parts: Buffer[] = [];
      for (const [i, codec] of codecs.entries())
        parts.push(await toneIn(`${i}-${codec}.ts`, 3.02 * i, ['-c:v', codec, '-c:a', 'aac']));
      await writeFile(join(ownMedia, 'codecs.ts'), Buffer.concat(parts));
      for (const address of ['stream/codecs.ts', 'stream/codecs.ts?start=4', 'hls/codecs.ts/master.m3u8']) {
        const response = await fetch(`${own.url}/${address}`);
        expect(response.status, address).to.equal(415);
        const { type, detail } = (await response.json()) as Record<string, string>;
        expect(type).to.match(/unsupported-media$/);
        expect(detail).to.match(/video of this file goes on in another codec/);
      }
      const info = JSON.parse(await (await fetch(`${own.url}/info/codecs.ts`)).text());
      const film = info.media.tracks.find(({ kind }: { kind: string }) => kind === 'video');
      expect(film.undecodable).to.match(/another codec/);
      expect(await loudSeconds(`${own.url}/stream/codecs.ts?format=wav`)).to.be.within(5.95, 6.12);
    });
  }

  /** Returns three seconds of a transport stream with a tone, as bytes. */
  async function toneIn(
    name: string,
    seconds: number,
    audio: readonly string[],
    video: readonly string[] = ['-i', 'testsrc2=s=160x96:r=25:d=3,format=yuv420p'],
  ): Promise<Buffer> {
    const path = join(folder, name);
    const film = ['-f', 'lavfi', ...video];
    const tone = ['-f', 'lavfi', '-i', 'sine=f=440:r=48000:d=3'];
    const later = ['-muxdelay', '0', '-output_ts_offset', String(1 + seconds)];
    await run('/usr/bin/ffmpeg', [
      '-v',
      'error',
      '-nostdin',
      '-y',
      ...film,
      ...tone,
      '-c:v',
      'libx264',
      ...['-preset', 'ultrafast'],
      ...audio,
      ...later,
      path,
    ]);
    return readFile(path);
  }

  /**
   * Returns the audible seconds at an address, in steps of a fiftieth; rejects if silence lies between them.
   */
  async function loudSeconds(address: string): Promise<number> {
    const output = ['-map', '0:a:0', '-ac', '1', '-ar', '8000', '-f', 's16le', '-'];
    const input = ['-v', 'error', '-nostdin', '-protocol_whitelist', 'file,http,tcp', '-i', address];
    const { stdout } = await run('/usr/bin/ffmpeg', [...input, ...output], { encoding: 'buffer' });
    const levels = Array.from({ length: Math.floor(stdout.length / 320) }, (_, i) =>
      Math.max(...Array.from({ length: 160 }, (_, j) => Math.abs(stdout.readInt16LE(320 * i + 2 * j)))),
    );
    const loud = [...levels.keys()].filter((i) => (levels[i] ?? 0) > 300);
    const pauses = loud.filter((at, i) => i > 0 && at - (loud[i - 1] ?? 0) > 4);
    expect(pauses, `${address}: silence before these fiftieths of a second`).to.deep.equal([]);
    return loud.length / 50;
  }

  it('keeps the parameter sets that a remux of it needs', async () => {
    const response = await fetch(`${service.url}/stream/sizechange.mkv`);
    expect(response.headers.get('sluice-plan')).to.match(/^remux/);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(await framesOf(bytes)).to.equal('150 of 320x180, 150 of 480x270');
  });

  it('shows the cropped part of crop.mkv', async () => {
    const info = JSON.parse((await bytesOf('/info/crop.mkv')).toString());
    const film = info.media.tracks.find(({ kind }: { kind: string }) => kind === 'video');
    expect([film.displayWidth, film.displayHeight]).to.deep.equal([240, 140]);
    expect(await framesOf(await bytesOf('/stream/crop.mkv?duration=1'))).to.match(/ of 240x140$/);
    const master = (await bytesOf('/hls/crop.mkv/master.m3u8')).toString();
    expect(master).to.include('RESOLUTION=240x140').and.not.include('320x180');
  });
});
