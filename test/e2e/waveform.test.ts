import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../testing/browser.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { ffmpeg, ffmpegOutput } from '../../testing/verify.ts';

const require = createRequire(import.meta.url);
const SECONDS = 180;
const RATE = 44_100;
/** Loud for a second in three, and silent in between. */
const AUDIO = `aevalsrc='0.8*sin(2*PI*330*t)*lt(mod(t,3),1)|0.4*sin(2*PI*550*t)*lt(mod(t,3),1)':s=${RATE}:d=${SECONDS}`;

type Waveform = {
  readonly sample_rate: number;
  readonly samples_per_pixel: number;
  readonly length: number;
  readonly channels: number;
  readonly data: readonly number[];
};

describe('/waveform', function () {
  this.timeout(120_000);
  let folder: string;
  let service: Service;
  const at = (path: string) => fetch(`${service.url}/waveform/${path}`);
  const json = async (path: string) => (await (await at(path)).json()) as Waveform;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-waveform-'));
    const song = join(folder, 'song.wav');
    await ffmpeg('-f', 'lavfi', '-i', AUDIO, '-c:a', 'pcm_s16le', song);
    for (const [name, ...codec] of [
      ['song.flac', '-c:a', 'flac'],
      ['song.mp3', '-c:a', 'libmp3lame', '-b:a', '192k'],
      ['song.m4a', '-c:a', 'aac', '-b:a', '192k'],
    ] as const) {
      await ffmpeg('-i', song, ...codec, join(folder, name));
    }
    const square = 'sgn(sin(2*PI*330*t))';
    const loud = ['-f', 'lavfi', '-i', `aevalsrc='0.99*${square}|0.5*${square}':s=${RATE}:d=5`];
    await ffmpeg(...loud, '-c:a', 'libmp3lame', '-b:a', '64k', join(folder, 'loud.mp3'));
    const long = ['-stream_loop', '19', '-i', join(folder, 'song.m4a'), '-c', 'copy'];
    await ffmpeg(...long, '-movflags', '+faststart', join(folder, 'long.m4a'));
    const hollow = await readFile(join(folder, 'song.m4a'));
    const samples = hollow.indexOf('mdat') + 4;
    const size = hollow.readUInt32BE(samples - 8) - 8;
    await writeFile(join(folder, 'hollow.m4a'), hollow.fill(0, samples, samples + size));
    const film = ['-f', 'lavfi', '-i', 'testsrc2=s=160x90:r=5:d=2', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'];
    await ffmpeg(...film, join(folder, 'silent.mp4'));
    service = await startService({ MEDIA_DIR: folder });
  });

  after(async () => {
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  for (const [name, most] of [
    ['song.wav', 0],
    ['song.flac', 0],
    ['song.mp3', 1],
    ['song.m4a', 1],
    // One of its channels is clipped before they are mixed.
    ['loud.mp3', 1],
  ] as const) {
    it(`of ${name} is what its samples are${most === 0 ? ', exactly' : ', within a step'}`, async () => {
      const found = await json(name);
      const expected = await reference(join(folder, name), 256);
      expect([found.sample_rate, found.samples_per_pixel, found.channels]).to.deep.equal([RATE, 256, 1]);
      expect(Math.abs(found.data.length - expected.length)).to.be.at.most(most === 0 ? 0 : 2 * 10);
      const differences = expected.map((value, i) => Math.abs(value - (found.data[i] ?? value)));
      expect(Math.max(...differences)).to.be.at.most(most);
    });
  }

  it('has as many points as are asked for, or so many a second', async () => {
    expect((await json('song.wav?points=500')).length).to.equal(500);
    expect((await json('song.wav?points=1')).length).to.equal(1);
    const { samples_per_pixel, length } = await json('song.wav?pixels-per-second=10');
    expect([samples_per_pixel, length]).to.deep.equal([4_410, 1_800]);
    const split = await json('song.wav?points=100&split=1');
    expect([split.channels, split.length, split.data.length]).to.deep.equal([2, 100, 400]);
  });

  it('comes in each form with its type, and is the same each time', async () => {
    for (const [format, type] of [
      ['json', 'application/json'],
      ['dat', 'application/octet-stream'],
      ['peaks', 'application/json'],
      ['svg', 'image/svg+xml'],
      ['png', 'image/png'],
    ]) {
      const answers = await Promise.all([1, 2].map(() => at(`song.m4a?format=${format}&points=200`)));
      const [first, second] = await Promise.all(
        answers.map(async (answer) => Buffer.from(await answer.arrayBuffer())),
      );
      expect(answers.map(({ status, headers }) => [status, headers.get('content-type')])).to.deep.equal([
        [200, type],
        [200, type],
      ]);
      expect(first?.equals(second ?? Buffer.alloc(0))).to.equal(true);
    }
  });

  it('comes with its progress for a client that accepts lines of JSON', async () => {
    const address = `${service.url}/waveform/long.m4a?format=peaks&points=900`;
    const headers = { accept: 'application/x-ndjson' };
    const head = await fetch(address, { method: 'HEAD', headers });
    const answer = await fetch(address, { headers });
    for (const { headers: told } of [head, answer]) {
      expect(told.get('content-type')).to.equal('application/x-ndjson');
      expect(told.get('cache-control')).to.equal('no-store');
      expect(told.get('vary')).to.contain('Accept');
    }
    const [opened, ...events] = lines(await answer.text());
    expect(opened).to.deep.equal({ event: 'opened' });
    const done = events.pop();
    const progress = events.filter(({ event }) => event === 'progress');
    expect(progress.length).to.be.at.least(1);
    const percents = progress.map(({ percent }) => percent as number);
    expect(percents).to.deep.equal(percents.toSorted((a, b) => a - b));
    const keys = ['event', 'percent', 'secondsDone', 'secondsTotal', 'speed', 'etaSeconds'];
    for (const event of progress) {
      expect(event).to.have.all.keys(...keys);
      const { percent, secondsDone, secondsTotal } = event as Record<string, number>;
      expect(secondsTotal).to.be.closeTo(20 * SECONDS, 5);
      expect(percent).to.be.closeTo((100 * (secondsDone ?? 0)) / (secondsTotal ?? 1), 0.1);
    }
    const usual = await fetch(address);
    expect(usual.headers.get('vary')).to.contain('Accept');
    expect(done).to.deep.equal({ event: 'done', waveform: await usual.json() });
  });

  it('reports that it failed, and refuses progress of what is no JSON', async () => {
    const headers = { accept: 'application/x-ndjson' };
    const failed = lines(await (await fetch(`${service.url}/waveform/hollow.m4a`, { headers })).text()).at(
      -1,
    );
    expect(failed).to.have.nested.property('problem.type', 'urn:sluice:problem:damaged-media');
    expect(failed).to.have.property('event', 'failed');
    const refused = await fetch(`${service.url}/waveform/song.m4a?format=dat`, { headers });
    expect([refused.status, ((await refused.json()) as { type: string }).type]).to.deep.equal([
      406,
      'urn:sluice:problem:not-acceptable',
    ]);
  });

  it('is refused with a reason', async () => {
    for (const [path, status, text] of [
      ['silent.mp4', 404, 'no audio'],
      ['none.mp3', 404, ''],
      ['song.wav?points=0', 400, '"points" must be'],
      ['song.wav?points=10&pixels-per-second=10', 400, 'Only one of'],
      ['song.wav?format=gif', 400, '"format" must be one of json, dat, peaks, svg, png'],
      ['song.wav?format=png&color=%23f00', 400, '"color" must be six hexadecimal digits'],
      ['song.wav?format=png&colour=ff0000', 400, 'is "color" meant'],
      ['song.wav?format=peaks&color=ff0000', 400, '"color" is for format=png and format=svg'],
      ['song.wav?format=png&height=15', 400, '"height" must be a whole number between 16 and 2160'],
      ['song.wav?format=svg&height=100', 400, '"height" is for format=png'],
      ['song.wav?format=png&points=20000', 413, 'more than 10000 points'],
      ['song.wav?audio=3', 400, '"audio"'],
      ['song.wav?pixel-per-second=3', 400, 'is "pixels-per-second" meant'],
      ['song.wav?v=other', 404, 'another version'],
      ['song.wav?format=svg&pixels-per-second=2000', 413, 'more than 50000 points'],
    ] as const) {
      const answer = await at(path);
      expect([path, answer.status]).to.deep.equal([path, status]);
      expect(((await answer.json()) as { detail: string }).detail).to.contain(text);
    }
  });

  describe('in players of Chromium', () => {
    let browser: Browser;

    before(async function () {
      needs(this, 'chromium');
      browser = await launchBrowser();
    });
    after(() => browser?.close());

    it('is drawn by wavesurfer.js', async () => {
      const page = await playerPage(browser, service.url, [
        join(dirname(require.resolve('wavesurfer.js')), 'wavesurfer.min.js'),
      ]);
      await page.evaluate(`(async () => {
        const { peaks, duration } = await (await fetch('/waveform/song.m4a?format=peaks&points=900')).json();
        const wave = WaveSurfer.create({ container: '#wave', height: 100, peaks, duration, waveColor: '#f00' });
        await new Promise((resolve) => wave.once('redrawcomplete', resolve));
        window.length = wave.getDuration();
      })()`);
      expect(await page.evaluate('window.length')).to.be.closeTo(SECONDS, 0.3);
      await expectBursts(page);
      await page.close();
    });

    it('is an image in the colour that was asked for', async () => {
      const page = await playerPage(browser, service.url, []);
      for (const format of ['png', 'svg']) {
        await page.evaluate(`(async () => {
          const image = Object.assign(new Image(900, 100), { style: 'display: block' });
          image.src = '/waveform/song.m4a?format=${format}&points=900&color=ff0000';
          await image.decode();
          document.getElementById('wave').replaceChildren(image);
        })()`);
        await expectBursts(page);
      }
      await page.close();
    });

    it('is drawn by peaks.js', async () => {
      const page = await playerPage(browser, service.url, [
        require.resolve('konva/konva.min.js'),
        require.resolve('waveform-data/dist/waveform-data.js'),
        require.resolve('peaks.js/dist/peaks.js'),
      ]);
      const drawn = await page.evaluate(`new Promise((resolve) => {
        const audio = document.createElement('audio');
        audio.src = '/media/song.m4a';
        document.body.append(audio);
        const overview = { container: document.getElementById('wave'), waveformColor: '#f00' };
        const dataUri = { arraybuffer: '/waveform/song.m4a?format=dat' };
        peaks.init({ overview, mediaElement: audio, dataUri }, (error) => resolve(error ? error.message : 'drawn'));
      })`);
      expect(drawn).to.equal('drawn');
      await expectBursts(page);
      await page.close();
    });
  });
});

function lines(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Computes the peaks of a mono mix by their definition, of what an independent ffmpeg decodes, in 8 bits. */
async function reference(path: string, samplesPerPixel: number): Promise<number[]> {
  const pcm = await ffmpegOutput('-i', path, '-f', 's16le', '-c:a', 'pcm_s16le', 'pipe:1');
  const samples = new Int16Array(Uint8Array.from(pcm).buffer);
  const peaks: number[] = [];
  for (let at = 0; at < samples.length; at += 2 * samplesPerPixel) {
    const pixel = samples.subarray(at, at + 2 * samplesPerPixel);
    const mixed = Array.from({ length: pixel.length / 2 }, (_, i) =>
      Math.trunc(((pixel[2 * i] ?? 0) + (pixel[2 * i + 1] ?? 0)) / 2),
    );
    for (const value of [Math.min(...mixed), Math.max(...mixed)]) peaks.push(Math.trunc(value / 256));
  }
  return peaks;
}

async function playerPage(browser: Browser, origin: string, libraries: readonly string[]): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 900, height: 100 } });
  const body =
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body style="margin:0">' +
    '<div id="wave" style="width:900px;height:100px"></div>';
  await page.route(`${origin}/a-page/`, (route) => route.fulfill({ body, contentType: 'text/html' }));
  await page.goto(`${origin}/a-page/`);
  for (const path of libraries) await page.addScriptTag({ content: await readFile(path, 'utf8') });
  return page;
}

/** Looks at the drawing: red is high for a second in three, and in between there is a line at most. */
async function expectBursts(page: Page): Promise<void> {
  const shot = (await page.screenshot({ clip: { x: 0, y: 0, width: 900, height: 100 } })).toString('base64');
  const columns = await page.evaluate<number[]>(`(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${shot}';
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: 900, height: 100 });
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, 900, 100);
    return Array.from({ length: 900 }, (_, x) =>
      Array.from({ length: 100 }, (_, y) => data[(y * 900 + x) * 4] > 200 && data[(y * 900 + x) * 4 + 1] < 128)
        .filter(Boolean).length);
  })()`);
  // A second is five columns wide; the middle of each burst and of each pause is looked at.
  const heights = (second: number) =>
    Array.from({ length: 58 }, (_, i) => columns[Math.round((i * 3 + second) * 5)] ?? 0);
  expect(Math.min(...heights(0.5))).to.be.above(20);
  expect(Math.max(...heights(2))).to.be.below(6);
}
