import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { casesDirectory, needs } from '../support/needs.ts';
import { type Service, startService } from '../support/service.ts';

const run = promisify(execFile);

describe('cases: formats that change in mid-track, and cropped ones', function () {
  this.timeout(300_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'cases', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-changes-'));
    service = await startService({ MEDIA_DIR: casesDirectory });
  });

  after(async () => {
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function bytesOf(path: string): Promise<Buffer> {
    const response = await fetch(`${service.url}${path}`);
    expect(response.status, path).to.equal(200);
    return Buffer.from(await response.arrayBuffer());
  }

  /** How many frames of each size are decoded, in their order: `300 of 160x90`. */
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
    const runs = sizes.filter((size, i) => size !== sizes[i - 1]);
    return runs.length === 1 ? `${sizes.length} of ${runs[0]}` : runs.join(', ');
  }

  /** All segments of a rendition behind its init segment. */
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

  // Its last frame ends 11.941 s behind the film's zero, which is 298.5 frames: the first one, of 0.021 s, is shown from 0.
  // Two come at the change with times that are taken.
  it('encodes all of an H.264 recording at one size', async () => {
    expect(await framesOf(await bytesOf('/stream/sizechange.mkv?format=mp4&height=90'))).to.equal(
      '299 of 160x90',
    );
  });

  it('keeps the parameter sets that a remux of it needs', async () => {
    const response = await fetch(`${service.url}/stream/sizechange.mkv`);
    expect(response.headers.get('sluice-plan')).to.match(/^remux/);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(await framesOf(bytes)).to.equal('320x180, 480x270');
  });

  it('shows of crop.mkv what it is to show', async () => {
    const info = JSON.parse((await bytesOf('/info/crop.mkv')).toString());
    const film = info.media.tracks.find(({ kind }: { kind: string }) => kind === 'video');
    expect([film.displayWidth, film.displayHeight]).to.deep.equal([240, 140]);
    expect(await framesOf(await bytesOf('/stream/crop.mkv?duration=1'))).to.match(/ of 240x140$/);
    const master = (await bytesOf('/hls/crop.mkv/master.m3u8')).toString();
    expect(master).to.include('RESOLUTION=240x140').and.not.include('320x180');
  });
});
