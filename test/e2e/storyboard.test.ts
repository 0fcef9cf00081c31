import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { countedImage, countingPicture } from '../../testing/counter-film.ts';
import { withHeadersOnce } from '../../testing/headers-once.ts';
import { ffmpegRuns } from '../../testing/log-lines.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg } from '../../testing/verify.ts';

const KEYED = ['-g', '24', '-keyint_min', '24', '-sc_threshold', '0', '-bf', '3'];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', ...KEYED];
const HEVC = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params'];
const VP9 = [
  '-c:v',
  'libvpx-vp9',
  '-deadline',
  'realtime',
  '-cpu-used',
  '8',
  '-g',
  '24',
  '-keyint_min',
  '24',
];

/** Films of 240 frames at 24 a second with a keyframe each second, and whether one ffmpeg makes a sheet of them. */
const FILMS: readonly [name: string, isOne: boolean, ...coding: string[]][] = [
  ['plain.mp4', true, ...H264],
  ['open.mp4', false, ...H264, '-x264-params', 'open-gop=1:b-adapt=0:scenecut=0'],
  ['open-hevc.mp4', true, ...HEVC, 'log-level=none:keyint=24:min-keyint=24:scenecut=0:open-gop=1'],
  ['fragmented.mp4', true, ...H264, '-movflags', '+frag_keyframe+empty_moov'],
  ['film.mkv', true, ...H264],
  ['film.webm', true, ...VP9],
  ['film.ts', true, ...H264],
  ['once.ts', true, ...H264],
  ['open-hevc.ts', true, ...HEVC, 'log-level=none:keyint=24:min-keyint=24:scenecut=0:open-gop=1'],
  ['open.ts', false, ...H264, '-x264-params', 'open-gop=1:b-adapt=0:scenecut=0'],
  ['film.avi', false, '-c:v', 'mpeg4', '-q:v', '2', '-g', '24', '-sc_threshold', '1000000000'],
];
const SECONDS = 10;

describe('storyboards', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-storyboard-'));
    const outputs = FILMS.flatMap(([name, , ...coding]) => [...coding, join(folder, name)]);
    await ffmpeg(...countingPicture('24', SECONDS), ...outputs);
    const once = join(folder, 'once.ts');
    await writeFile(once, withHeadersOnce(await readFile(once), 'h264'));
    await writeFile(join(folder, 'broken.mp4'), 'nothing');
    service = await startService({ MEDIA_DIR: folder });
  });
  after(async () => {
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const ask = (path: string) => fetch(`${service.url}/storyboard/${path}`);

  for (const [name, isOne] of FILMS) {
    it(`${name}: shows the keyframe nearest to each interval`, async () => {
      const runs = ffmpegRuns(service);
      const sheet = Buffer.from(await (await ask(`${name}/0.jpg?width=128`)).arrayBuffer());
      const numbers = await Promise.all(
        Array.from({ length: SECONDS }, (_, i) =>
          countedImage(sheet, [`crop=128:64:${(i % 4) * 128}:${Math.floor(i / 4) * 64}`]),
        ),
      );
      expect(numbers).to.deep.equal(Array.from({ length: SECONDS }, (_, i) => i * 24));
      if (isOne) expect(ffmpegRuns(service) - runs).to.equal(1);
    });
  }

  it('names the place of each tile in WebVTT, and the version in addresses', async () => {
    const response = await ask('plain.mp4/index.vtt');
    expect(response.headers.get('content-type')).to.equal('text/vtt');
    expect(response.headers.get('sluice-plan')).to.equal('storyboard; tiles=10; sheets=1; interval=1.000');
    const [head, ...cues] = (await response.text()).trim().split('\n\n');
    expect(head).to.equal('WEBVTT');
    expect(cues).to.have.length(10);
    expect(cues[5]).to.match(/^00:00:05\.000 --> 00:00:06\.000\n0\.jpg\?v=[\w-]{12}#xywh=128,64,128,64$/);
    const address = cues[5]?.split('\n')[1]?.split('#')[0];
    const sheet = await ask(`plain.mp4/${address}`);
    expect(sheet.headers.get('cache-control')).to.equal('max-age=31536000, immutable');
  });

  it('names the same in JSON, with the size and the interval that were asked for', async () => {
    const { tiles, url, ...rest } = (await (
      await ask('plain.mp4/index.json?width=64&interval=4')
    ).json()) as {
      url: string;
      tiles: unknown[];
      sheets: string[];
    };
    expect(tiles).to.deep.equal([
      { start: 0, x: 0, y: 0 },
      { start: 4, x: 64, y: 0 },
      { start: 8, x: 0, y: 32 },
    ]);
    expect(url).to.match(/^0\.jpg\?v=[\w-]{12}&width=64&interval=4$/);
    expect(rest).to.deep.equal({
      ...{ tile_width: 64, tile_height: 32, duration: 10, interval: 4, count: 3, columns: 2, rows: 2 },
      sheets: [url],
    });
  });

  it('names sheets from the root of the host on where that is asked for', async () => {
    const cue = (await (await ask('plain.mp4/index.vtt?absolute=1&width=64')).text()).match(/^\/\S+/m)?.[0];
    expect(cue).to.match(/^\/storyboard\/plain\.mp4\/0\.jpg\?v=[\w-]{12}&width=64#xywh=0,0,64,32$/);
    const { url, sheets } = (await (await ask('plain.mp4/index.json?absolute=1')).json()) as {
      url: string;
      sheets: string[];
    };
    expect(sheets).to.deep.equal([url]);
    expect((await fetch(service.url + url)).status).to.equal(200);
  });

  it('writes the sheets, and each tile as an I-frame, for HLS', async () => {
    const sheets = await (await ask('plain.mp4/index.m3u8?interval=4')).text();
    expect(sheets).to.include('#EXT-X-IMAGES-ONLY');
    expect(sheets).to.include(
      '#EXTINF:10.000,\n#EXT-X-TILES:RESOLUTION=128x64,LAYOUT=2x2,DURATION=4.000\n0.jpg?',
    );
    const frames = await (await ask('plain.mp4/iframes.m3u8?interval=4')).text();
    expect(
      [...frames.matchAll(/#EXTINF:([\d.]+),\niframe-(\d)\.m4s/g)].map(([, length, i]) => [length, i]),
    ).to.deep.equal([
      ['4.000', '0'],
      ['4.000', '1'],
      ['2.000', '2'],
    ]);
    const parts = await Promise.all(
      ['init.mp4', 'iframe-1.m4s'].map(async (file) =>
        Buffer.from(await (await ask(`plain.mp4/${file}?interval=4&width=128`)).arrayBuffer()),
      ),
    );
    expect(await countedImage(Buffer.concat(parts))).to.equal(96);
  });

  it('shows a clip from its start on', async () => {
    const [, ...cues] = (await (await ask('plain.mp4/index.vtt?start=3&end=5.5')).text())
      .trim()
      .split('\n\n');
    expect(cues).to.have.length(3);
    expect(cues[2]).to.match(
      /^00:00:02\.000 --> 00:00:02\.500\n0\.jpg\?v=[\w-]{12}&start=3&end=5\.5#xywh=0,64,128,64$/,
    );
    const address = cues[2]?.split('\n')[1]?.split('#')[0];
    const sheet = Buffer.from(await (await ask(`plain.mp4/${address}`)).arrayBuffer());
    const places = ['0:0', '128:0', '0:64'];
    const numbers = await Promise.all(places.map((place) => countedImage(sheet, [`crop=128:64:${place}`])));
    expect(numbers).to.deep.equal([72, 96, 120]);
    const parts = await Promise.all(
      ['init.mp4', 'iframe-1.m4s'].map(async (file) =>
        Buffer.from(await (await ask(`plain.mp4/${file}?start=3&end=5.5`)).arrayBuffer()),
      ),
    );
    expect(await countedImage(Buffer.concat(parts))).to.equal(96);
  });

  const REFUSED: [path: string, status: number, detail: RegExp][] = [
    ['plain.mp4/1.jpg', 404, /There is no sheet 1: there are 1/],
    ['plain.mp4/index.vtt?start=10', 400, /"start" must be before the end, at 10 seconds/],
    ['plain.mp4/0.jpg?start=3&end=3', 400, /"end" must be later than the start/],
    ['plain.mp4/iframe-10.m4s', 404, /There is no tile 10/],
    ['plain.mp4/sheet.jpg', 404, /try \/storyboard\/\{key\}\/index\.vtt/],
    ['plain.mp4/0.jpg?v=AAAAAAAAAAAA', 404, /another version/],
    ['plain.mp4/index.vtt?absolute=yes', 400, /"absolute" must be 1 or 0/],
    ['plain.mp4/index.m3u8?absolute=1', 400, /Unknown parameter "absolute"/],
    ['plain.mp4/0.jpg?interval=0', 400, /"interval" must be a whole number between 1 and 3600/],
    ['broken.mp4/index.vtt', 415, /./],
  ];
  for (const [path, status, detail] of REFUSED) {
    it(`refuses ${path}`, async () => {
      const response = await ask(path);
      expect(response.status).to.equal(status);
      expect(((await response.json()) as { detail: string }).detail).to.match(detail);
    });
  }
});
