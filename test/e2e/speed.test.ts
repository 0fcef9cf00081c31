import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { flashesOf } from '../../testing/beeps.ts';
import { exportOf } from '../../testing/exports.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';
import { decode, ffmpeg, ffmpegOutput } from '../../testing/verify.ts';

const SECONDS = 24;
/** White and loud for a tenth of each second, from its middle on. */
const shown = (t: string) => `lt(mod(${t},1),0.1)`;
const BACKGROUNDS = {
  silence: '0',
  noise: '0.02*(2*random(0)-1)',
  tones: '0.04*sin(2*PI*220*t)+0.04*sin(2*PI*331.7*t)',
};
const RATE = 48_000;
const HERTZ = 1_000;

describe('speed', function () {
  this.timeout(180_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-speed-'));
    const media = join(folder, 'media');
    await mkdir(media);
    for (const [name, background] of Object.entries(BACKGROUNDS)) {
      const flash = `drawbox=t=fill:c=white:enable='${shown('t-0.499')}*gte(t,0.499)'`;
      const video = `color=black:s=160x90:r=24:d=${SECONDS},${flash}`;
      const audio = `aevalsrc='0.5*sin(2*PI*${HERTZ}*t)*${shown('t-0.5')}*gte(t,0.5)+${background}':s=${RATE}:d=${SECONDS}`;
      await ffmpeg(
        ...['-f', 'lavfi', '-i', video, '-f', 'lavfi', '-i', audio, '-c:v', 'libx264', '-pix_fmt', 'yuv420p'],
        ...['-g', '24', '-c:a', 'aac', '-b:a', '128k', join(media, `${name}.mp4`)],
      );
    }
    service = await startService(
      { MEDIA_DIR: media, DERIVED_DIR: join(folder, 'derived') },
      { maxInstances: 4 },
    );
  });
  after(async () => {
    await service?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function streamed(address: string): Promise<string> {
    const response = await fetch(`${service.url}${address}`);
    expect(response.status, address).to.equal(200);
    const path = join(folder, 'streamed.mp4');
    await writeFile(path, Buffer.from(await response.arrayBuffer()));
    return path;
  }

  for (const name of Object.keys(BACKGROUNDS)) {
    for (const speed of [0.5, 1.5, 2, 3]) {
      it(`${speed}: beeps in ${name} stay within 10 ms of their flashes`, async () => {
        const path = await streamed(`/stream/${name}.mp4?speed=${speed}`);
        const [flashes, beeps] = [await flashesOf(path), await middlesOf(path, SECONDS, speed)];
        expect([flashes.length, beeps.length]).to.deep.equal([SECONDS, SECONDS]);
        const apart = flashes.map((flash, i) => (beeps[i] ?? 0) - (flash + 0.05 / speed));
        const [first = 0, last = 0] = [apart[0], apart.at(-1)];
        console.log(
          `      ${speed}, ${name}: ${ms(first)} at the beginning, ${ms(last)} at the end, ` +
            `${ms(Math.min(...apart))} to ${ms(Math.max(...apart))} between`,
        );
        for (const seconds of apart) expect(Math.abs(seconds)).to.be.below(0.01);
        const decoded = await decode(path);
        expect(decoded.complaints).to.equal('');
        expect(decoded.seconds).to.be.closeTo(SECONDS / speed, 0.05);
        // Every flash begins with the very frame that it began with.
        const lag = (flashes[0] ?? 0) - 0.5 / speed;
        for (const [i, flash] of flashes.entries())
          expect(flash - lag).to.be.closeTo((i + 0.5) / speed, 0.001);
      });
    }
  }

  it('keeps the pitch', async () => {
    for (const speed of [0.5, 2]) {
      const path = await streamed(`/stream/silence.mp4?speed=${speed}`);
      expect(await pitchOf(path)).to.be.closeTo(HERTZ, 10);
    }
  });

  it('begins where the film is cut, and lasts as long as its part', async () => {
    const path = await streamed('/stream/tones.mp4?speed=1.5&start=4.25&duration=12');
    const flashes = await flashesOf(path);
    expect(flashes).to.have.length(12);
    const beeps = await middlesOf(path, 12, 1.5, 0.25);
    for (const [i, beep] of beeps.entries()) {
      expect(Math.abs(beep - ((flashes[i] ?? 0) + 0.05 / 1.5))).to.be.below(0.01);
    }
    expect((await decode(path)).seconds).to.be.closeTo(8, 0.03);
  });

  for (const [format, bytes] of [
    ['mp3', null],
    ['wav', 44 + Math.round((SECONDS / 1.5) * RATE) * 2],
    ['webm', null],
  ] as const) {
    it(`is told by the length of ${format}, streamed and exported`, async () => {
      const address = `tones.mp4?speed=1.5&format=${format}`;
      const path = await streamed(`/stream/${address}`);
      expect((await decode(path)).seconds).to.be.closeTo(SECONDS / 1.5, 0.05);
      const { events, file } = await exportOf(service, `/export/${address}`);
      const { durationSeconds } = events.at(-1)?.data ?? {};
      expect(durationSeconds).to.be.closeTo(SECONDS / 1.5, 0.05);
      if (bytes !== null) expect(file.length).to.equal(bytes);
    });
  }

  it('is exported as MP4', async () => {
    const { events, file } = await exportOf(service, '/export/noise.mp4?speed=2&format=mp4');
    expect(events.at(-1)?.data.durationSeconds).to.be.closeTo(SECONDS / 2, 0.05);
    const path = join(folder, 'exported.mp4');
    await writeFile(path, file);
    const [flashes, beeps] = [await flashesOf(path), await middlesOf(path, SECONDS, 2)];
    for (const [i, flash] of flashes.entries()) {
      expect(Math.abs((beeps[i] ?? 0) - (flash + 0.025))).to.be.below(0.01);
    }
  });
});

const ms = (seconds: number) => `${(1000 * seconds).toFixed(1)} ms`;

async function samplesOf(path: string): Promise<Float32Array> {
  const output = ['-map', '0:a:0', '-ac', '1', '-ar', String(RATE), '-f', 'f32le', '-'];
  const bytes = await ffmpegOutput('-i', path, ...output);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/**
 * Returns the middles of the beeps, in seconds: stretching blurs their edges. Samples count from the first one that is
 * decoded, as the times that `flashesOf` returns do.
 */
async function middlesOf(path: string, count: number, speed: number, first = 0.5): Promise<number[]> {
  const samples = await samplesOf(path);
  const half = 0.4 / speed;
  return Array.from({ length: count }, (_, i) => {
    const expected = (i + first + 0.05) / speed + 1024 / RATE;
    const from = Math.max(0, Math.round((expected - half) * RATE));
    const loud: number[] = [];
    for (let at = from; at < Math.min(samples.length, (expected + half) * RATE); at++) {
      if (Math.abs(samples[at] ?? 0) > 0.25) loud.push(at);
    }
    return ((loud[0] ?? Number.NaN) + (loud.at(-1) ?? Number.NaN)) / 2 / RATE;
  });
}

/** Counts how often the loud parts cross zero upwards in a second. */
async function pitchOf(path: string): Promise<number> {
  const samples = await samplesOf(path);
  const loudest = 0.3;
  const periods: number[] = [];
  let last: number | null = null;
  for (let at = 1; at < samples.length; at++) {
    if ((samples[at - 1] ?? 0) >= 0 || (samples[at] ?? 0) < 0) continue;
    const period = last === null ? 0 : at - last;
    const peak = Math.max(...samples.slice(Math.max(0, at - 48), at));
    if (peak > loudest && period > 0 && period < 200) periods.push(period);
    last = at;
  }
  periods.sort((a, b) => a - b);
  const middle = periods.slice(periods.length >> 2, (3 * periods.length) >> 2);
  return (RATE * middle.length) / middle.reduce((sum, period) => sum + period, 0);
}
