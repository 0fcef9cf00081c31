import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { heardInSegments } from '../../testing/audio-error.ts';
import { audioRendition, everything, openContext, videoRendition } from '../../testing/encoded.ts';
import { thumbnails } from '../../testing/grid-frames.ts';
import { needs } from '../../testing/needs.ts';

const SECONDS = 13;
/** Times of white video and loud audio in the source. */
const SIGNS = [1, 6, 11];
const sign = 'between(mod(t,5),0.9999,1.2)';
const video = (rate: string) => {
  const flash = `drawbox=t=fill:c=white:enable='${sign}'`;
  return ['-f', 'lavfi', '-i', `testsrc2=s=160x96:r=${rate}:d=${SECONDS},format=yuv420p,${flash}`];
};
const audio = (rate: number) => {
  const tone = `aevalsrc='if(${sign},0.9,0.01)*sin(2*PI*2000*t)':s=${rate}:d=${SECONDS}`;
  return ['-f', 'lavfi', '-i', tone, '-ac', '2'];
};

type Row = readonly [
  name: string,
  what: string,
  input: readonly string[],
  rates: readonly [frames: number, samples: number],
  late?: { readonly video?: number; readonly audio?: number },
];

const ROWS: readonly Row[] = [
  ['a.mp4', 'MP4', [...video('24'), ...audio(48_000), '-c:v', 'libx264', '-c:a', 'aac'], [24, 48_000]],
  ['b.mov', 'PCM, resampled', [...video('25'), ...audio(11_025), '-c:a', 'pcm_s16le'], [25, 48_000]],
  ['c.mkv', 'Matroska', [...video('30'), ...audio(44_100), '-c:v', 'libx264', '-c:a', 'ac3'], [30, 44_100]],
  ['d.webm', 'WebM', [...video('30'), ...audio(48_000), '-c:v', 'libvpx', '-c:a', 'libopus'], [30, 48_000]],
  [
    'e.ts',
    'a transport stream',
    [...video('25'), ...audio(48_000), '-c:v', 'libx264', '-c:a', 'aac'],
    [25, 48_000],
  ],
  ['f.flv', 'FLV', [...video('25'), ...audio(44_100), '-c:v', 'libx264', '-c:a', 'libmp3lame'], [25, 44_100]],
  [
    'g.mp4',
    'audio that starts late',
    [...video('25'), '-itsoffset', '0.71', ...audio(48_000), '-c:v', 'libx264', '-c:a', 'aac'],
    [25, 48_000],
    { audio: 0.71 },
  ],
  [
    'h.mkv',
    'video that starts late',
    ['-itsoffset', '0.52', ...video('25'), ...audio(48_000), '-c:v', 'libx264', '-c:a', 'libopus'],
    [25, 48_000],
    { video: 0.52 },
  ],
  [
    'i.ts',
    'a clock that begins somewhere',
    [...video('25'), ...audio(48_000), '-c:v', 'libx264', '-c:a', 'mp2', '-output_ts_offset', '777.7'],
    [25, 48_000],
  ],
];

describe('encoded video and audio', function () {
  this.timeout(60_000);
  let folder: string;
  const rows: Record<string, string>[] = [];

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-sync-'));
  });
  after(async () => {
    if (folder === undefined) return;
    console.table(rows);
    await rm(folder, { recursive: true });
  });

  for (const [name, what, input, [frames, sampleRate], late = {}] of ROWS) {
    it(`stay together at the start, in the middle and at the end: ${what}`, async () => {
      const path = join(folder, name);
      const ffmpeg = ['-v', 'error', '-nostdin', ...input, '-y', path];
      await promisify(execFile)('/usr/bin/ffmpeg', ffmpeg);
      const context = await openContext(path);
      const frameRate = { numerator: frames, denominator: 1 };
      const shape = { seconds: SECONDS, lengths: [1, 2, 4] };
      const encodedFrames = videoRendition(context, { ...shape, height: 96, frameRate });
      const audios = audioRendition(context, { ...shape, sampleRate });
      const shown = await thumbnails(await everything(encodedFrames, context), join(folder, 'frames.mp4'));
      const times = await timesOf(join(folder, 'frames.mp4'));
      const output = await everything(audios, context);
      const { samples } = await heardInSegments(output, join(folder, 'audio.mp4'), 2);
      const seen = flashes(shown).map((frame) => times[frame] ?? Number.NaN);
      const heard = beeps(samples, sampleRate).map((sample) => sample / sampleRate);
      rows.push({ what, seen: told(seen), heard: told(heard) });
      expect(seen).to.have.length(SIGNS.length);
      expect(heard).to.have.length(SIGNS.length);
      const early = (late.audio ?? 0) - (late.video ?? 0);
      for (const [i, flash] of seen.entries()) {
        expect((heard[i] ?? 0) - flash, `sign ${i}`).to.be.closeTo(early, 0.02);
      }
      const gaps = (times: readonly number[]) => times.slice(1).map((time, i) => time - (times[i] ?? 0));
      for (const gap of gaps(seen)) expect(gap).to.be.closeTo(5, 1.01 / frames);
      for (const gap of gaps(heard)) expect(gap).to.be.closeTo(5, 0.003);
    });
  }
});

/**
 * Returns when frames are shown, including the edit list: the first one lasts longer if the grid begins later
 * than the film.
 */
async function timesOf(path: string): Promise<number[]> {
  const entries = ['-select_streams', 'v:0', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0'];
  const { stdout } = await promisify(execFile)('/usr/bin/ffprobe', ['-v', 'error', ...entries, path]);
  return stdout
    .split('\n')
    .map((line) => Number.parseFloat(line))
    .filter((time) => Number.isFinite(time))
    .sort((a, b) => a - b);
}

const told = (seconds: readonly number[]) => seconds.map((time) => time.toFixed(3)).join(' ');

/** Returns the first of each run of white frames. */
function flashes(frames: readonly Buffer[]): number[] {
  const isWhite = frames.map((frame) => frame.reduce((sum, value) => sum + value, 0) / frame.length > 200);
  return [...isWhite.keys()].filter((i) => isWhite[i] && !isWhite[i - 1]);
}

/** Returns the first loud sample of each beep, in stereo. */
function beeps(samples: Float32Array, sampleRate: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < samples.length; i += 2) {
    const isNew = (found.at(-1) ?? Number.NEGATIVE_INFINITY) < i / 2 - 2 * sampleRate;
    if (isNew && Math.abs(samples[i] ?? 0) > 0.2) found.push(i / 2);
  }
  return found;
}
