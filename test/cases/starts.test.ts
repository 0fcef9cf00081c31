import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { beepsOf, flashesOf } from '../../testing/beeps.ts';
import { withCleanAperture } from '../../testing/clean-aperture.ts';
import { needs } from '../../testing/needs.ts';
import { type Service, startService } from '../../testing/service.ts';

const run = promisify(execFile);
const make = (args: readonly string[]) =>
  run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', ...args, '-threads', '1', '-y']);

const SIGN = 'between(mod(t,1),0.4999,0.6)';
const FILM = [
  ...[
    '-f',
    'lavfi',
    '-i',
    `testsrc2=s=160x90:r=25:d=5,format=yuv420p,drawbox=t=fill:c=white:enable='${SIGN}'`,
  ],
  ...['-f', 'lavfi', '-i', `aevalsrc='if(${SIGN},0.9,0.01)*sin(2*PI*1000*t)':s=48000:d=5`],
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-g', '40', '-c:a', 'aac'],
];

describe('cases: a start in the middle, and a clean aperture', function () {
  this.timeout(300_000);
  let folder: string;
  let service: Service;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-starts-'));
    for (const name of ['film.mp4', 'film.mkv', 'film.ts']) await make([...FILM, join(folder, name)]);
    service = await startService({ MEDIA_DIR: folder });
  });
  after(async () => {
    await service?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  // 2.2 is a frame's own time in MP4; 2.213 lies between two, and no container has a keyframe there.
  for (const [name, start] of [
    ['film.mp4', 2.2],
    ['film.mp4', 2.213],
    ['film.mkv', 2.213],
    ['film.ts', 2.213],
  ] as const) {
    it(`shows the first frame at 0: ${name} from ${start}`, async () => {
      const path = join(folder, 'output.mp4');
      const answer = await fetch(`${service.url}/stream/${name}?start=${start}&format=mp4&height=72`);
      expect(answer.status).to.equal(200);
      await writeFile(path, Buffer.from(await answer.arrayBuffer()));
      expect(await firstFrame(path)).to.equal(0);
      const { media } = (await (await fetch(`${service.url}/info/${name}`)).json()) as Info;
      const late = media.tracks.find(({ kind }) => kind === 'video')?.startSeconds ?? Number.NaN;
      const seconds = [2, 3, 4].map((second) => second + late - start);
      // The flash is off by half a frame at most; the first white frame lies at .52, when the audio is
      // already loud.
      const before = await startBefore(path);
      const seen = (await flashesOf(path)).map((time) => time + before);
      near(seen, plus(seconds, 0.52), 0.0201);
      near(await beepsOf(path), plus(seconds, 0.5), 0.03);
    });
  }

  // A track that begins after three seconds has its first flash, or beep, half a second later.
  for (const late of ['video', 'audio'] as const) {
    for (const container of ['mp4', 'mkv', 'ts']) {
      it(`plays from before the beginning of a track: ${late} in ${container}`, async () => {
        const name = `late-${late}.${container}`;
        const filters = `[0:v]setpts=PTS+${late === 'video' ? 3 : 0}/TB[v];[1:a]asetpts=PTS+${late === 'audio' ? 3 : 0}/TB[a]`;
        await make([...FILM, '-filter_complex', filters, '-map', '[v]', '-map', '[a]', join(folder, name)]);
        const path = join(folder, 'output.mp4');
        const start = 1.2;
        const answer = await fetch(`${service.url}/stream/${name}?start=${start}&format=mp4&height=72`);
        expect(answer.status).to.equal(200);
        await writeFile(path, Buffer.from(await answer.arrayBuffer()));
        expect(await firstFrame(path)).to.equal(0);
        const early = [0.3, 1.3, 2.3, 3.3];
        const after = [2.3, 3.3, 4.3, 5.3, 6.3];
        const before = await startBefore(path);
        const flashes = (await flashesOf(path)).map((time) => time + before);
        near(flashes, plus(late === 'video' ? after : early, 0.02), 0.045);
        near(await beepsOf(path), late === 'audio' ? after : early, 0.045);
      });
    }
  }

  // LAME's tag declares 1105 samples that no decoder lets be heard, which are 23 ms.
  it('begins MP3 in segments where its first sound is heard', async () => {
    const path = join(folder, 'song.mp3');
    await make([...FILM.slice(4, 8), '-c:a', 'libmp3lame', path]);
    const heard = await beepsOf(path);
    expect(heard).to.have.length(5);
    // Debian's ffmpeg counts the priming of AAC.
    const found = await beepsOf(`${service.url}/hls/song.mp3/audio-0/index.m3u8`);
    near(found, plus(heard, 1024 / 48_000), 0.004);
  });

  it('shows the clean aperture of a frame', async () => {
    const box = 'color=red:s=320x180:r=25:d=1,drawbox=x=60:y=30:w=240:h=140:c=0x00ff00:t=fill,format=yuv420p';
    const plain = join(folder, 'plain.mp4');
    await make(['-f', 'lavfi', '-i', box, '-c:v', 'libx264', '-crf', '10', plain]);
    // Its centre lies 20 pixels right of the frame's, and 10 below.
    const aperture = { width: 240, height: 140, rightHalves: 40, downHalves: 20 };
    await writeFile(join(folder, 'clap.mp4'), withCleanAperture(await readFile(plain), aperture));
    const { media } = (await (await fetch(`${service.url}/info/clap.mp4`)).json()) as Info;
    expect(media.tracks[0]).to.include({ displayWidth: 240, displayHeight: 140 });
    const result = join(folder, 'output.mp4');
    for (const query of ['format=mp4&start=0.2', 'format=webm']) {
      const answer = await fetch(`${service.url}/stream/clap.mp4?${query}`);
      await writeFile(result, Buffer.from(await answer.arrayBuffer()));
      const { width, height, red } = await lastFrame(result);
      expect([width, height], query).to.deep.equal([240, 140]);
      // The frame around it is red: half of a row would be too much.
      expect(red, query).to.be.below(60);
    }
    const master = await (await fetch(`${service.url}/hls/clap.mp4/master.m3u8`)).text();
    expect(master).to.include('RESOLUTION=240x140').and.not.include('320x180');
  });
});

type Info = {
  readonly media: { readonly tracks: readonly { readonly kind: string; readonly startSeconds: number }[] };
};

const plus = (times: readonly number[], seconds: number) => times.map((time) => time + seconds);

/** Returns the offset of the AAC priming packet, from which ffmpeg counts. */
async function startBefore(path: string): Promise<number> {
  const args = ['-v', 'error', '-show_entries', 'format=start_time', '-of', 'csv=p=0', path];
  const { stdout } = await run('/usr/bin/ffprobe', args);
  return Math.min(0, Number.parseFloat(stdout));
}

async function firstFrame(path: string): Promise<number> {
  const entries = ['-select_streams', 'v:0', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0'];
  const { stdout } = await run('/usr/bin/ffprobe', ['-v', 'error', ...entries, path]);
  return Math.min(...stdout.split('\n').filter(Boolean).map(Number.parseFloat));
}

/** Returns the last frame's size, and the red of its reddest pixel at an edge. */
async function lastFrame(path: string) {
  const size = ['-select_streams', 'v:0', '-show_entries', 'stream=width,height', '-of', 'csv=p=0'];
  const { stdout: told } = await run('/usr/bin/ffprobe', ['-v', 'error', ...size, path]);
  const [width = 0, height = 0] = told.split(',').map(Number);
  const output = ['-map', '0:v:0', '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'];
  const { stdout } = await run('/usr/bin/ffmpeg', ['-v', 'error', '-nostdin', '-i', path, ...output], {
    encoding: 'buffer',
    maxBuffer: 2 ** 26,
  });
  const frame = stdout.subarray(-width * height * 3);
  const edge = (x: number, y: number) => x === 0 || y === 0 || x === width - 1 || y === height - 1;
  let red = 0;
  for (let i = 0; i < width * height; i++) {
    if (edge(i % width, Math.floor(i / width))) red = Math.max(red, frame[3 * i] ?? 0);
  }
  return { width, height, red };
}

function near(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(found, found.join(' ')).to.have.length(wanted.length);
  for (const [i, time] of found.entries()) expect(time).to.be.closeTo(wanted[i] ?? 0, tolerance);
}
