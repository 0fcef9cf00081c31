import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { exportOf } from '../../testing/exports.ts';
import { casesDirectory, needs } from '../../testing/needs.ts';
import { openPixelReader, type PixelReader } from '../../testing/pixels.ts';
import { type Service, startService } from '../../testing/service.ts';

const run = promisify(execFile);
const GREEN = [0, 190, 5];
const ENTRIES = 'stream=color_space,color_primaries,color_transfer,color_range';

describe('case: colour tags', function () {
  this.timeout(400_000);
  let folder: string;
  let service: Service;
  let reader: PixelReader;

  /** ffmpeg's colours for 0,190,5, in numbers that are read as `matrix` and `range` say. */
  const make = (name: string, size: string, matrix: string, range: string, ...coding: string[]) =>
    run('/usr/bin/ffmpeg', [
      ...['-v', 'error', '-f', 'lavfi', '-i', `color=c=0x00BE05:s=${size}:r=25:d=2,format=gbrp`],
      ...['-vf', `scale=out_color_matrix=${matrix}:out_range=${range}:flags=accurate_rnd,format=yuv420p`],
      ...coding,
      join(folder, name),
    ]);
  const tagged = (matrix: string, rest: string, range: string) => [
    ...['-colorspace', matrix, '-color_primaries', rest, '-color_trc', rest, '-color_range', range],
  ];
  const VP9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'];
  const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];

  before(async function () {
    needs(this, 'cases', 'ffmpeg', 'chromium', 'firefox');
    folder = await mkdtemp(join(tmpdir(), 'sluice-colour-'));
    await copyFile(join(casesDirectory, 'green709.mp4'), join(folder, 'green709.mp4'));
    const derived = join(folder, '.derived');
    service = await startService({ MEDIA_DIR: folder, DERIVED_DIR: derived, ALLOWED_ORIGINS: '*' });
    reader = await openPixelReader();
  });

  after(async () => {
    await reader?.close();
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Expects both browsers to show it in that colour, at that many lines. */
  async function expectColour(
    path: string,
    height: number,
    [red = 0, green = 0, blue = 0]: readonly number[] = GREEN,
    // Encoded outputs are rounded twice; another matrix would be 32 off.
    most = 8,
  ) {
    const seen = await reader.read(`${service.url}${path}`);
    for (const [browser, pixels] of Object.entries(seen)) {
      expect(pixels.height, `${path} in ${browser}`).to.equal(height);
      for (const [r = 0, g = 0, b = 0] of [pixels.middle, pixels.corner]) {
        const off = Math.max(Math.abs(r - red), Math.abs(g - green), Math.abs(b - blue));
        expect(off, `${path} in ${browser} is ${r},${g},${b}`).to.be.at.most(most);
      }
    }
  }

  /** Returns matrix, primaries, transfer and range. */
  async function tagsOf(path: string): Promise<string> {
    const file = join(folder, 'answer');
    const response = await fetch(`${service.url}${path}`);
    await writeFile(file, new Uint8Array(await response.arrayBuffer()));
    const { stdout } = await run('/usr/bin/ffprobe', [
      '-v',
      'error',
      '-show_entries',
      ENTRIES,
      '-of',
      'json',
      file,
    ]);
    const [stream] = (JSON.parse(stdout) as { streams: Record<string, string>[] }).streams;
    return ['color_space', 'color_primaries', 'color_transfer', 'color_range']
      .map((key) => stream?.[key])
      .join(' ');
  }

  for (const [format, tags, most] of [
    ['format=mp4', 'bt709 bt709 bt709 tv', 4],
    ['format=webm', 'bt709 bt709 bt709 tv', 4],
    // VP8 is BT.601, whatever the headers say; its first frame is coarse.
    ['format=webm&accept=webm,vp8', 'smpte170m bt709 bt709 tv', 8],
  ] as const) {
    it(`keeps green709.mp4 green with ${format}`, async () => {
      for (const height of [240, 480, 720]) {
        await expectColour(
          `/stream/green709.mp4?${format}&height=${height}&bitrate=600000`,
          height,
          GREEN,
          most,
        );
      }
      expect(await tagsOf(`/stream/green709.mp4?${format}&height=240&bitrate=600000`)).to.equal(tags);
    });
  }

  it('keeps it green in segments', async () => {
    await make('green.webm', '1280x720', 'bt709', 'tv', ...VP9, ...tagged('bt709', 'bt709', 'tv'));
    for (const height of [240, 480, 720]) {
      await expectColour(`/hls/green.webm/${height}p/index.m3u8`, height);
      expect(await tagsOf(`/hls/green.webm/${height}p/init.mp4`)).to.equal('bt709 bt709 bt709 tv');
    }
  });

  for (const query of ['format=webm&height=240', 'format=mp4&height=240&bitrate=600000']) {
    it(`keeps it green in exports: ${query}`, async () => {
      const { address } = await exportOf(service, `/export/green709.mp4?${query}`);
      await expectColour(address ?? '', 240);
      expect(await tagsOf(address ?? '')).to.equal('bt709 bt709 bt709 tv');
    });
  }

  // What a screen of standard range shows of it is a choice; that all browsers show the same, and green, is none.
  for (const transfer of ['smpte2084', 'arib-std-b67']) {
    it(`says what a tone-mapped film is: ${transfer}`, async () => {
      const tags = `colorprim=bt2020:transfer=${transfer}:colormatrix=bt2020nc`;
      const hevc = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', `log-level=none:${tags}`];
      await make(`${transfer}.mp4`, '640x360', 'bt2020', 'tv', '-pix_fmt', 'yuv420p10le', ...hevc);
      for (const format of ['mp4', 'webm']) {
        const path = `/stream/${transfer}.mp4?format=${format}&height=240&bitrate=400000`;
        expect(await tagsOf(path)).to.equal('bt709 bt709 bt709 tv');
        const { chromium, firefox } = await reader.read(service.url + path);
        const [red = 0, green = 0, blue = 0] = chromium.middle;
        expect(green - Math.max(red, blue), chromium.middle.join()).to.be.above(60);
        for (const [i, value] of firefox.middle.entries())
          expect(value, firefox.middle.join()).to.be.closeTo(chromium.middle[i] ?? 0, 4);
      }
    });
  }

  const WIDE = ['-colorspace', 'bt2020nc', '-color_primaries', 'bt2020', '-color_trc', 'bt2020-10'];
  for (const [name, size, matrix, range, coding, tags, colour] of [
    // Chromium's colour of the file itself: no screen of BT.709 has that green.
    ['wide.mp4', '640x360', 'bt2020', 'tv', [...H264, ...WIDE], 'bt709 bt709 bt709 tv', [0, 202, 0]],
    [
      'full.mp4',
      '640x360',
      'bt709',
      'pc',
      [...H264, ...tagged('bt709', 'bt709', 'pc')],
      'bt709 bt709 bt709 tv',
    ],
    [
      'jpeg.mkv',
      '640x360',
      'bt601',
      'pc',
      [...H264, '-color_range', 'pc'],
      'smpte170m smpte170m smpte170m tv',
    ],
    ['small.mp4', '640x360', 'bt601', 'tv', H264, 'smpte170m smpte170m smpte170m tv'],
    ['large.mp4', '1280x720', 'bt709', 'tv', H264, 'bt709 bt709 bt709 tv'],
    ['large.webm', '1280x720', 'bt601', 'tv', VP9, 'smpte170m smpte170m smpte170m tv'],
    ['rgb.mkv', '640x360', 'bt601', 'tv', ['-c:v', 'ffv1', '-pix_fmt', 'bgr0'], 'bt709 bt709 bt709 tv'],
  ] as const) {
    it(`says what ${name} is`, async () => {
      await make(name, size, matrix, range, ...coding);
      const path = `/stream/${name}?format=mp4&height=240&bitrate=400000`;
      await expectColour(path, 240, colour);
      expect(await tagsOf(path)).to.equal(tags);
    });
  }
});
