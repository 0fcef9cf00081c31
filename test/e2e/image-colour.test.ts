import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { needs } from '../../testing/needs.ts';
import { openPixelReader, type PixelReader } from '../../testing/pixels.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const COLOURS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
  [16, 16, 16],
  [139, 139, 139],
  [200, 120, 60],
  [40, 180, 200],
];
/** Of 255, in any of the three. */
const MOST = 5;

describe('the colours of images', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;
  let reader: PixelReader;

  const patches = (format: string) => {
    const inputs = COLOURS.flatMap(([r, g, b]) => [
      ...[
        '-f',
        'lavfi',
        '-i',
        `color=c=0x${Buffer.from([r ?? 0, g ?? 0, b ?? 0]).toString('hex')}:s=80x720:r=5:d=1,format=gbrp`,
      ],
    ]);
    const all = COLOURS.map((_, i) => `[${i}]`).join('');
    return [...inputs, '-filter_complex', `${all}hstack=${COLOURS.length},${format}`];
  };
  const yuv = (matrix: string, range: string) =>
    `scale=out_color_matrix=${matrix}:out_range=${range}:flags=accurate_rnd,format=yuv420p`;
  const tagged = (name: string, range: string) => [
    ...['-colorspace', name, '-color_primaries', name, '-color_trc', name, '-color_range', range],
  ];
  const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '4'];

  before(async function () {
    needs(this, 'ffmpeg', 'chromium', 'firefox');
    folder = await mkdtemp(join(tmpdir(), 'sluice-image-colour-'));
    const make = (name: string, filters: string, ...coding: string[]) =>
      ffmpeg(...patches(filters), ...coding, join(folder, name));
    await make('709.mp4', yuv('bt709', 'tv'), ...H264, ...tagged('bt709', 'tv'));
    await make('601.mp4', yuv('bt601', 'tv'), ...H264, ...tagged('smpte170m', 'tv'));
    await make('full.mp4', yuv('bt709', 'pc'), ...H264, ...tagged('bt709', 'pc'));
    await make(
      'alpha.webm',
      `format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lt(X,W/2),255,0)',format=yuva420p`,
      '-c:v',
      'libvpx-vp9',
      '-crf',
      '4',
      '-b:v',
      '0',
      '-cpu-used',
      '8',
    );
    service = await startService({ MEDIA_DIR: folder, ALLOWED_ORIGINS: '*' });
    reader = await openPixelReader();
  });
  after(async () => {
    await reader?.close();
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  for (const name of ['709.mp4', '601.mp4', 'full.mp4']) {
    it(`of ${name} are within ${MOST} of the film's own in Chromium and Firefox, in every format`, async () => {
      const errors: Record<string, number> = {};
      for (const query of [
        'format=jpeg&quality=95',
        'format=jpeg&width=639',
        'format=webp&quality=95',
        'format=png',
      ]) {
        const seen = await reader.readImage(`${service.url}/image/${name}?t=0.4&${query}`, COLOURS.length);
        for (const [browser, pixels] of Object.entries(seen)) {
          const off = pixels.flatMap(
            (pixel, i) => COLOURS[i]?.map((value, c) => Math.abs(value - (pixel[c] ?? 0))) ?? [],
          );
          errors[`${query} in ${browser}`] = Math.max(...off);
        }
      }
      expect(Math.max(...Object.values(errors)), JSON.stringify(errors)).to.be.at.most(MOST);
    });
  }

  it('keep what is transparent in PNG and WebP', async () => {
    for (const format of ['png', 'webp']) {
      const { chromium } = await reader.readImage(
        `${service.url}/image/alpha.webm?t=0.4&format=${format}`,
        8,
      );
      expect(
        chromium.map(([, , , alpha]) => alpha),
        format,
      ).to.deep.equal([255, 255, 255, 255, 0, 0, 0, 0]);
    }
  });
});
