import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { casesDirectory, needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';

const run = promisify(execFile);
const guarded = { maxBuffer: 64 * 2 ** 20, encoding: 'buffer' } as const;

const SECONDS = 6;
/** White video and a beep, for a tenth of a second from 0.52 s of each second on. */
const FILM = [
  ...['-f', 'lavfi', '-i', `color=black:s=96x54:r=25:d=${SECONDS},format=yuv420p`],
  ...[
    '-f',
    'lavfi',
    '-i',
    `aevalsrc=if(between(mod(t\\,1)\\,0.52\\,0.62)\\,0.8*sin(2*PI*1000*t)):s=48000:d=${SECONDS}`,
  ],
  ...['-vf', "drawbox=t=fill:c=white:enable='between(mod(t,1),0.519,0.619)'", '-c:v', 'libx264', '-g', '25'],
];
/** Less than a tenth of each second is lost, far from the beeps. */
const GAPS = ['-bsf:a', "noise=drop='between(mod(pts*tb,1),0.86,0.93)'"];
/** One frame of 24 ms. */
const SHORT_GAPS = ['-bsf:a', "noise=drop='between(mod(pts*tb,1),0.86,0.884)'"];

const ROWS: readonly (readonly [name: string, what: string, codec: string])[] = [
  ['ac3.mkv', 'AC-3 in Matroska', 'ac3'],
  ['opus.mkv', 'Opus in Matroska', 'libopus'],
  ['flac.mkv', 'FLAC in Matroska', 'flac'],
  ['aac.mp4', 'AAC in MP4, which is copied', 'aac'],
];

describe('small gaps in audio', function () {
  this.timeout(120_000);
  let media: string;
  let service: Service;
  const table: Record<string, string>[] = [];

  before(async function () {
    needs(this, 'cases', 'ffmpeg');
    media = await mkdtemp(join(tmpdir(), 'sluice-gaps-'));
    await copyFile(join(casesDirectory, 'smallgaps-ac3.mkv'), join(media, 'smallgaps-ac3.mkv'));
    service = await startService({ MEDIA_DIR: media });
  });
  after(async () => {
    await service?.close();
    if (media === undefined) return;
    console.table(table);
    await rm(media, { recursive: true, force: true });
  });

  for (const format of ['mp4', 'webm']) {
    it(`leave beeps with their flashes, in ${format} of smallgaps-ac3.mkv`, async () => {
      const { flashes, beeps } = await streamed('smallgaps-ac3.mkv', `?format=${format}&height=96`);
      expect(flashes.length).to.be.above(10);
      // In the file itself the flashes are late by this much, except the one at 2 s.
      expectTogether(flashes, beeps, (i) => (i === 2 ? 0 : 0.02));
    });
  }
  for (const [name, what, codec] of ROWS) {
    it(`leave beeps with their flashes: ${what}`, async () => {
      await run('/usr/bin/ffmpeg', [
        '-v',
        'error',
        '-nostdin',
        ...FILM,
        ...GAPS,
        '-c:a',
        codec,
        join(media, name),
      ]);
      const { flashes, beeps } = await streamed(name, '?height=48');
      expect(flashes).to.have.length(SECONDS);
      expectTogether(flashes, beeps, () => 0);
    });
  }

  for (const [name, what, codec] of [
    ['mp2.ts', 'a frame of MP2 in MPEG-TS', 'mp2'],
    ['frame-opus.mp4', 'a frame of Opus in MP4', 'libopus'],
  ] as const) {
    it(`leave beeps where they are in segments: ${what}`, async () => {
      const output = [...SHORT_GAPS, '-c:a', codec, join(media, name)];
      await run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', ...FILM, ...output]);
      const beeps = await beepsOf(`${service.url}/hls/${name}/audio-0/index.m3u8`);
      expect(beeps).to.have.length(SECONDS);
      for (const [i, beep] of beeps.entries())
        expect(beep - i, `beep ${i}`).to.be.closeTo(beeps[0] ?? 0, 0.005);
    });
  }

  async function streamed(name: string, query: string) {
    const response = await fetch(`${service.url}/stream/${name}${query}`);
    expect(response.status).to.equal(200);
    const path = join(media, 'made');
    await writeFile(path, Buffer.from(await response.arrayBuffer()));
    const found = { flashes: await flashesOf(path), beeps: await beepsOf(path) };
    const apart = found.flashes.map((at, i) => ((found.beeps[i] ?? Number.NaN) - at).toFixed(3));
    table.push({ name, query, 'beeps behind flashes, in s': apart.join(' ') });
    return found;
  }
});

function expectTogether(
  flashes: readonly number[],
  beeps: readonly number[],
  early: (index: number) => number,
): void {
  expect(beeps).to.have.length(flashes.length);
  for (const [i, flash] of flashes.entries()) {
    expect(beeps[i], `beep ${i}`).to.be.closeTo(flash - early(i), 0.02);
  }
}

const WHITE = 200;

/** Returns the times at which the video turns white. */
async function flashesOf(path: string): Promise<number[]> {
  const filter = 'scale=2:2,format=gray,showinfo';
  const args = [
    '-v',
    'info',
    '-nostdin',
    '-i',
    path,
    '-map',
    '0:v',
    '-vf',
    filter,
    '-fps_mode',
    'passthrough',
  ];
  const { stderr } = await run('/usr/bin/ffmpeg', [...args, '-f', 'null', '-'], guarded);
  const frames = [...stderr.toString().matchAll(/pts_time:(\S+).*mean:\[(\d+)/g)];
  const isWhite = frames.map(([, , mean]) => Number(mean) > WHITE);
  return frames.flatMap(([, time], i) => (isWhite[i] && !isWhite[i - 1] ? [Number(time)] : []));
}

const RATE = 8000;

/** Returns the times at which the beeps begin. */
async function beepsOf(path: string): Promise<number[]> {
  const filter = `aresample=${RATE}:async=1:min_hard_comp=0.001:first_pts=0,aformat=sample_fmts=flt:channel_layouts=mono`;
  const args = ['-v', 'error', '-nostdin', '-i', path, '-map', '0:a', '-af', filter, '-f', 'f32le', '-'];
  const { stdout } = await run('/usr/bin/ffmpeg', args, guarded);
  const samples = new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const found: number[] = [];
  for (const [i, sample] of samples.entries()) {
    const isNew = i / RATE - (found.at(-1) ?? Number.NEGATIVE_INFINITY) > 0.3;
    if (isNew && Math.abs(sample) > loudest / 3) found.push(i / RATE);
  }
  return found;
}
