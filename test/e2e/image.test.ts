import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { countedImage, countingPicture } from '../../testing/counter-film.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService, untilIdle } from '../../testing/service.ts';
import { ffmpeg, ffmpegOutput } from '../../testing/verify.ts';

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '3', '-g', '40', '-pix_fmt', 'yuv420p'];
const VP9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '40'];

/** Films of 200 frames at 25 a second, each of which shows its number. */
const FILMS: readonly [name: string, ...coding: string[]][] = [
  ['plain.mp4', ...H264],
  ['open.mp4', ...H264, '-x264-params', 'open-gop=1:bframes=3:b-adapt=0'],
  ['hevc.mp4', '-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none:keyint=40'],
  ['fragmented.mp4', ...H264, '-movflags', '+frag_keyframe+empty_moov'],
  ['film.mkv', ...H264],
  ['film.webm', ...VP9],
  ['film.ts', ...H264],
  ['film.avi', '-c:v', 'mpeg4', '-q:v', '2', '-g', '40'],
  ['film.flv', ...H264],
];
const COUNT = 200;

describe('images', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-image-'));
    const outputs = FILMS.flatMap(([name, ...coding]) => [...coding, join(folder, name)]);
    await ffmpeg(...countingPicture('25', COUNT / 25), ...outputs);
    const source = ['-i', join(folder, 'plain.mp4')];
    await ffmpeg(...source, '-c', 'copy', '-metadata:s:v', 'rotate=90', join(folder, 'turned.mp4'));
    const song = ['-f', 'lavfi', '-i', 'sine=d=1', '-f', 'lavfi', '-i', 'color=c=red:s=300x200:d=1'];
    const cover = ['-frames:v', '1', '-c:v', 'mjpeg', '-disposition:v', 'attached_pic'];
    await ffmpeg(...song, '-map', '0', '-map', '1', ...cover, join(folder, 'song.mp3'));
    service = await startService({ MEDIA_DIR: folder });
  });
  after(async () => {
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const image = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${service.url}/image/${path}`, { headers, method });
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
  const shown = async (path: string, ...upright: string[]) =>
    countedImage(await bytesOf(await image(`${path}&format=png`)), upright);

  for (const [name] of FILMS) {
    it(`${name}: shows the frame of each moment, and the last one after the end`, async () => {
      const found = [];
      for (const seconds of [0, 1.6, 1.561, 4.439, 7.99, 500])
        found.push(await shown(`${name}?t=${seconds}`));
      expect(found).to.deep.equal([0, 40, 39, 110, 199, 199]);
    });
  }

  it('is told by /info as a tiny data URL once a poster was asked for, and starts nothing by itself', async () => {
    const told = async () => {
      const info = (await (await fetch(`${service.url}/info/film.webm`)).json()) as { blur: string | null };
      return info.blur;
    };
    expect(await told()).to.equal(null);
    expect(await told()).to.equal(null);
    await bytesOf(await image('film.webm'));
    await untilIdle(service);
    const blur = (await told()) ?? '';
    expect(blur).to.match(/^data:image\/webp;base64,[\w+/=]+$/);
    expect(blur.length).to.be.below(1_000);
    const path = join(folder, 'blur.webp');
    await writeFile(path, Buffer.from(blur.slice(blur.indexOf(',') + 1), 'base64'));
    expect((await ffmpegOutput('-i', path, '-f', 'rawvideo', '-pix_fmt', 'gray', '-')).length).to.equal(
      16 * 8,
    );
  });

  it('turns a frame upright', async () => {
    const response = await image('turned.mp4?t=3.25&format=png');
    const bytes = await bytesOf(response);
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).to.deep.equal([64, 128]);
    const numbers = await Promise.all(
      ['clock', 'cclock'].map((way) => countedImage(bytes, [`transpose=${way}`])),
    );
    expect(numbers).to.include(81);
  });

  it('takes the keyframe before a moment, a share of the film, and a frame that is not flat', async () => {
    expect(await shown('plain.mp4?t=4&nearest=keyframe')).to.equal(80);
    expect(await shown('film.mkv?t=4&nearest=keyframe')).to.equal(80);
    expect(await shown('plain.mp4?t=25%25')).to.equal(50);
    // Frame 0 is black.
    expect(await shown('plain.mp4?t=auto')).to.not.equal(0);
  });

  it('fits a frame into a size, in the format that was asked for or is accepted', async () => {
    const sizes = async (path: string, headers = {}) => {
      const response = await image(path, headers);
      return [
        response.headers.get('content-type'),
        response.headers.get('vary'),
        sizeOf(await bytesOf(response)),
      ];
    };
    expect(await sizes('plain.mp4?t=1&width=64')).to.deep.equal(['image/jpeg', null, '64x32']);
    const webp = await sizes('plain.mp4?t=1&width=90&height=90&fit=pad&format=auto', {
      accept: 'image/webp,*/*',
    });
    expect(webp).to.deep.equal(['image/webp', 'Accept', '90x90']);
    expect(await sizes('plain.mp4?t=1&width=31&height=31&fit=cover&format=png')).to.deep.equal([
      'image/png',
      null,
      '31x31',
    ]);
    expect(await sizes('film.avi?t=1&width=63')).to.deep.equal(['image/jpeg', null, '63x32']);
    expect(await sizes('plain.mp4?t=1&width=61')).to.deep.equal(['image/jpeg', null, '61x31']);
    expect(await sizes('song.mp3?width=150')).to.deep.equal(['image/jpeg', null, '150x100']);
  });

  it('has a tag, answers HEAD, and is immutable with its version', async () => {
    const path = 'plain.mp4?t=1&width=64';
    const first = await image(path);
    const etag = first.headers.get('etag') ?? '';
    expect((await image(path, { 'if-none-match': etag })).status).to.equal(304);
    const head = await image(path, {}, 'HEAD');
    expect([head.status, head.headers.get('etag')]).to.deep.equal([200, etag]);
    expect(first.headers.get('cache-control')).to.equal('no-cache');
    expect(first.headers.get('sluice-plan')).to.equal('image; format=jpeg; frame=1.000');
    expect((await image(`${path}&v=AAAAAAAAAAAA`)).status).to.equal(404);
  });
});

/** Width and height of a JPEG, PNG or WebP of libwebp. */
function sizeOf(bytes: Buffer): string {
  if (bytes.readUInt32BE(0) === 0x89504e47) return `${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`;
  if (bytes.toString('latin1', 8, 16) === 'WEBPVP8 ') {
    return `${bytes.readUInt16LE(26)}x${bytes.readUInt16LE(28)}`;
  }
  const start = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  return `${bytes.readUInt16BE(start + 7)}x${bytes.readUInt16BE(start + 5)}`;
}
