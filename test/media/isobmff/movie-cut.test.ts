import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { readMovie } from '../../../functions/stream/media/isobmff/movie.ts';
import {
  CUT_ORIGIN_SECONDS,
  cutOfLongMovie,
  movieCut,
} from '../../../functions/stream/media/isobmff/movie-cut.ts';
import { bytesAccess, fileAccess } from '../../../testing/file-access.ts';
import { avc1, movieFile, soundEntry, type TrackSpec } from '../../../testing/movie-file.ts';
import { needs } from '../../../testing/needs.ts';
import { ffmpeg } from '../../../testing/verify.ts';

const run = promisify(execFile);

const INPUTS = ['-f', 'lavfi', '-i', 'testsrc2=s=128x72:r=25', '-f', 'lavfi', '-i', 'sine=f=500:r=48000'];
const GROUPS = ['-g', '25', '-keyint_min', '25', '-sc_threshold', '0', '-bf', '2', '-pix_fmt', 'yuv420p'];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', ...GROUPS];
const AAC = ['-c:a', 'aac', '-ac', '1'];
const END = ['-t', '4'];

/** Debian's ffmpeg inputs for the film. */
const FILMS: Readonly<Record<string, readonly string[]>> = {
  'plain.mp4': [...INPUTS, ...H264, ...AAC, ...END],
  'quicktime.mov': [...INPUTS, ...H264, ...AAC, ...END],
  'fragments.mp4': [...INPUTS, ...H264, ...AAC, ...END, '-movflags', '+frag_keyframe+delay_moov'],
  'hevc.mp4': [...INPUTS, '-c:v', 'libx265', '-x265-params', 'log-level=error', ...AAC, '-t', '2'],
  'mp3.mp4': [...INPUTS, ...H264, '-c:a', 'libmp3lame', ...END],
  'pcm.mov': [...INPUTS, ...H264, '-c:a', 'pcm_s16le', '-ac', '2', ...END],
  'pcm-24.mov': [...INPUTS, ...H264, '-c:a', 'pcm_s24be', '-ac', '2', ...END],
  'float.mov': [...INPUTS, ...H264, '-c:a', 'pcm_f32le', ...END],
  'pcm.mp4': [...INPUTS, ...H264, '-c:a', 'pcm_s16be', ...END, '-f', 'mov', '-brand', 'mp42'],
  'alac.mov': [...INPUTS, ...H264, '-c:a', 'alac', ...END],
  'ac3.mov': [...INPUTS, ...H264, '-c:a', 'ac3', ...END],
  'late-audio.mp4': [
    ...INPUTS.slice(0, 4),
    ...['-itsoffset', '1.5', ...INPUTS.slice(4)],
    ...[...H264, ...AAC, ...END],
  ],
};

describe('what is cut out of a movie', function () {
  this.timeout(120_000);
  let folder: string;

  before(async function () {
    needs(this, 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'sluice-cut-'));
  });

  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Hashes the decoded frames, by the stream's id and the millisecond of the timeline. */
  async function framesOf(path: string, originSeconds: number): Promise<Map<string, string>> {
    const args = ['-v', 'error', '-copyts', '-i', path, '-fps_mode', 'passthrough', '-enc_time_base', '-1'];
    const { stdout } = await run('/usr/bin/ffmpeg', [...args, '-f', 'framemd5', '-'], { maxBuffer: 2 ** 26 });
    const bases = new Map<string, number>();
    for (const [, stream = '', over, under] of stdout.matchAll(/^#tb (\d+): (\d+)\/(\d+)$/gm))
      bases.set(stream, Number(over) / Number(under));
    const frames = new Map<string, string>();
    for (const line of stdout.matchAll(/^(\d+), +-?\d+, +(-?\d+), .*, (\w+)$/gm)) {
      const [, stream = '', pts, hash = ''] = line;
      const seconds = Number(pts) * (bases.get(stream) ?? Number.NaN) - originSeconds;
      if (seconds > -0.001) frames.set(`${stream} ${Math.round(seconds * 1000)}`, hash);
    }
    return frames;
  }

  async function cutTo(path: string, name: string, fromSeconds: number): Promise<string> {
    const file = fileAccess(path);
    const movie = await readMovie(file);
    const cut =
      movie &&
      movieCut(
        movie,
        file,
        movie.tracks.map(({ index }) => index),
      );
    if (!cut) throw new Error('It is not to be cut.');
    const output = join(folder, `cut-${name}.mp4`);
    await writeFile(output, cut(fromSeconds));
    return output;
  }

  for (const [name, args] of Object.entries(FILMS)) {
    it(`decodes as the whole does, at the same times: ${name}`, async () => {
      const path = join(folder, name);
      await ffmpeg(...args, path);
      const whole = await framesOf(path, 0);
      const all = await framesOf(await cutTo(path, name, Number.NEGATIVE_INFINITY), CUT_ORIGIN_SECONDS);
      expect(whole.size).to.be.above(90);
      // The edit list cuts into the first frame, which the cut shows whole.
      const skipped = ['mp3.mp4', 'ac3.mov'].includes(name) ? 100 : 0;
      const settled = (frames: Map<string, string>) =>
        Object.fromEntries([...frames].filter(([frame]) => Number(frame.split(' ')[1]) >= skipped));
      expect(settled(all)).to.deep.equal(settled(whole));

      const part = await framesOf(await cutTo(path, name, 1.5), CUT_ORIGIN_SECONDS);
      const times = (frames: Map<string, string>, from: number) =>
        [...frames].filter(([frame]) => frame.startsWith('0 ') && Number(frame.slice(2)) >= from);
      expect(times(part, 1500), 'the video from 1.5 s on').to.deep.equal(times(whole, 1500));
      if (name !== 'hevc.mp4') expect(part.has('0 960'), 'a frame before its keyframe').to.equal(false);
    });
  }

  const video: TrackSpec = { sizes: [9, 9, 9, 9], duration: 1000, sync: [1] };
  const REASONS: Readonly<Record<string, readonly TrackSpec[]>> = {
    'an edit list that joins': [
      {
        ...video,
        edits: [
          { duration: 1000, mediaTime: 2000 },
          { duration: 1000, mediaTime: 0 },
        ],
      },
    ],
    'an edit list that hides the end': [{ ...video, edits: [{ duration: 1000, mediaTime: 0 }] }],
    'two codings': [{ ...video, entries: [avc1(), avc1({ type: 'avc3' })] }],
    'PCM whose samples are counted as bytes': [
      { handler: 'soun', entries: [soundEntry('sowt', { channels: 2, sampleRate: 48_000 })], sizes: [1, 1] },
    ],
    'one id for two tracks': [
      { ...video, id: 1 },
      { ...video, id: 1 },
    ],
  };
  for (const [name, tracks] of Object.entries(REASONS)) {
    it(`is nothing where only the whole will do: ${name}`, async () => {
      const file = bytesAccess(movieFile({ tracks }));
      const movie = await readMovie(file);
      expect(movie && movieCut(movie, file, [0])).to.equal(null);
    });
  }

  it('is asked for of long movies alone', async () => {
    const file = bytesAccess(movieFile({ tracks: [video] }));
    const movie = await readMovie(file);
    expect(movie && movieCut(movie, file, [0])).to.be.a('function');
    expect(movie && cutOfLongMovie(movie, file, [0])).to.equal(null);
  });
});
