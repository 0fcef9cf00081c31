import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { joinedMovie } from '../../testing/joined-movie.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';

const run = promisify(execFile);
const ffmpeg = (...args: readonly string[]) => run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', ...args]);

const PARTS = [
  { colour: 'red', size: '320x180' },
  { colour: 'blue', size: '480x270' },
] as const;
const ENCODERS = {
  h264: ['libx264', '-preset', 'veryfast'],
  hevc: ['libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', '-tag:v', 'hvc1'],
} as const;

/** Three seconds of red, then three of blue in larger frames: no decoder finds the blue with the sets of the red. */
describe('cases: films whose size changes', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-sizes-'));
    for (const codec of ['h264', 'hevc'] as const) {
      const paths: string[] = [];
      for (const { colour, size } of PARTS) {
        const path = join(folder, `${colour}-${codec}.mp4`);
        const film = ['-f', 'lavfi', '-i', `color=${colour}:s=${size}:r=25:d=3,format=yuv420p`];
        await ffmpeg(...film, '-c:v', ...ENCODERS[codec], '-g', '25', '-bf', '2', path);
        paths.push(path);
      }
      const [red = '', blue = ''] = paths;
      await writeFile(join(folder, `${codec}.mp4`), await joinedMovie(red, blue));
      const streams: Buffer[] = [];
      for (const [i, path] of paths.entries()) {
        const place = ['-muxdelay', '0', '-output_ts_offset', String(1 + 3 * i)];
        await ffmpeg('-i', path, '-c', 'copy', ...place, `${path}.ts`);
        streams.push(await readFile(`${path}.ts`));
      }
      const stream = join(folder, `${codec}.ts`);
      await writeFile(stream, Buffer.concat(streams));
      await ffmpeg('-i', stream, '-c', 'copy', join(folder, `${codec}.mkv`));
    }
    service = await startService({ MEDIA_DIR: folder });
  });
  after(async () => {
    await service?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  async function bytesOf(path: string): Promise<Buffer> {
    const answer = await fetch(`${service.url}${path}`);
    expect(answer.status, path).to.equal(200);
    return Buffer.from(await answer.arrayBuffer());
  }

  /** Counts the frames by their colour, in their order: `75 red, 75 blue`. */
  async function coloursOf(bytes: Uint8Array): Promise<string> {
    const path = join(folder, 'answer');
    await writeFile(path, bytes);
    const pixel = ['-i', path, '-vf', 'scale=1:1', '-pix_fmt', 'rgb24', '-vsync', '0', '-f', 'rawvideo', '-'];
    const { stdout } = await run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', ...pixel], {
      encoding: 'buffer',
    });
    const runs: { colour: string; count: number }[] = [];
    for (let at = 0; at < stdout.length; at += 3) {
      const [red = 0, green = 0, blue = 0] = stdout.subarray(at, at + 3);
      const colour = green > 40 ? 'other' : red > 200 && blue < 40 ? 'red' : blue > 200 ? 'blue' : 'other';
      const last = runs.at(-1);
      if (last?.colour === colour) last.count++;
      else runs.push({ colour, count: 1 });
    }
    return runs.map(({ colour, count }) => `${count} ${colour}`).join(', ');
  }

  /** Returns a rendition, whole or one segment of it after the init segment. */
  async function rendition(name: string, id: string, only?: number): Promise<Buffer> {
    const playlist = (await bytesOf(`/hls/${name}/${id}/index.m3u8`)).toString();
    const segments = playlist.split('\n').filter((line) => line.includes('.m4s'));
    const init = /URI="([^"]+)"/.exec(playlist)?.[1] ?? '';
    const parts: Buffer[] = [];
    for (const part of [init, ...(only === undefined ? segments : segments.slice(only).slice(0, 1))])
      parts.push(await bytesOf(`/hls/${name}/${id}/${part}`));
    return Buffer.concat(parts);
  }

  for (const name of ['h264.mp4', 'h264.ts', 'h264.mkv', 'hevc.mp4', 'hevc.ts', 'hevc.mkv']) {
    it(`goes on after the change: ${name}`, async () => {
      expect(await coloursOf(await bytesOf(`/stream/${name}`)), 'stream').to.equal('75 red, 75 blue');
      const encoded = `/stream/${name}?format=mp4&height=90`;
      expect(await coloursOf(await bytesOf(encoded)), 'encoded').to.equal('75 red, 75 blue');
      expect(await coloursOf(await bytesOf(`${encoded}&start=4`)), 'start').to.equal('50 blue');
      const master = (await bytesOf(`/hls/${name}/master.m3u8`)).toString();
      const ids = ['copy', '180p'].filter((id) => master.includes(`${id}/index.m3u8`));
      expect(ids).to.not.deep.equal([]);
      for (const id of ids) {
        expect(await coloursOf(await rendition(name, id)), id).to.equal('75 red, 75 blue');
        expect(await coloursOf(await rendition(name, id, -1)), `end of ${id}`).to.match(/^\d+ blue$/);
      }
    });
  }

  it('takes entries that differ in their bitrates alone for one', async () => {
    const paths: string[] = [];
    for (const [i, { colour }] of PARTS.entries()) {
      const path = join(folder, `one-${colour}.mp4`);
      const film = ['-f', 'lavfi', '-i', `color=${colour}:s=320x180:r=25:d=3,noise=alls=${i},format=yuv420p`];
      const audio = ['-f', 'lavfi', '-i', i === 0 ? 'anullsrc=d=3' : 'anoisesrc=d=3:r=44100'];
      await ffmpeg(...film, ...audio, '-c:v', ...ENCODERS.h264, '-g', '25', '-c:a', 'aac', '-ac', '2', path);
      paths.push(path);
    }
    const [red = '', blue = ''] = paths;
    const bytes = await joinedMovie(red, blue);
    expect([...bytes.toString('latin1').matchAll(/avc1\0\0\0\0|mp4a\0\0\0\0/g)].length).to.equal(4);
    await writeFile(join(folder, 'one.mp4'), bytes);
    const { headers } = await fetch(`${service.url}/stream/one.mp4`, { method: 'HEAD' });
    expect(headers.get('sluice-plan')).to.match(/^passthrough/);
    // To the end of what is decoded before it.
    expect(await coloursOf(await bytesOf('/stream/one.mp4?duration=5'))).to.match(/^75 red, 5[0-2] blue$/);
    expect(await coloursOf(await rendition('one.mp4', 'copy'))).to.equal('75 red, 75 blue');
  });

  it('sends no file with two sample entries as it is', async () => {
    for (const path of ['/stream/h264.mp4', '/stream/hevc.mp4?accept=mp4,hevc,h264']) {
      const { headers } = await fetch(`${service.url}${path}`, { method: 'HEAD' });
      expect(headers.get('sluice-plan'), path).to.match(/^transcode.*no one decoder configuration describes/);
    }
  });
});
