import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FfmpegArguments, ffmpegArguments } from '../functions/stream/engine/arguments.ts';
import { h264Arguments } from '../functions/stream/engine/h264.ts';
import { inputArguments } from '../functions/stream/engine/input-arguments.ts';
import { BUILT_DIRECTORY } from '../layers/ffmpeg/program-directory.ts';
import { type Programs, programsOf } from '../local/function.ts';
import { overLoopback } from '../testing/over-loopback.ts';
import { type Figures, interleave } from '../testing/rounds.ts';
import { peakOfDescendants } from '../testing/rss.ts';
import { ffmpeg } from '../testing/verify.ts';
import { childUsage } from './child-usage.ts';
import type { Client } from './client.ts';
import { demoFilm } from './demo-film.ts';
import { planFor } from './plan.ts';
import type { Row, Table } from './report.ts';

const LIMITS = { maxPixels: 10_000_000 };
/** Codecs of films to decode, with Debian's encoders. */
const CODECS = {
  'H.264': ['libx264', '-preset', 'veryfast'],
  HEVC: ['libx265', '-preset', 'ultrafast'],
  VP9: ['libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '3M'],
  AV1: ['libsvtav1', '-preset', '12'],
} as const;

type Job = { readonly film: string; readonly args: FfmpegArguments };

/** What the built ffmpeg uses beside the one of the npm packages, for the same work. */
export async function measureBuilds(_client: Client, rounds: number): Promise<Table> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const [ours, theirs] = [await programsOf(BUILT_DIRECTORY), await programsOf(null)];
  const rows: Row[] = [
    row('size of both programs', 'MB', [await megabytesOf(ours)], [await megabytesOf(theirs)]),
    await readCold(rounds, ours, theirs),
  ];
  for (const [what, job] of await jobs(folder)) {
    const used = (programs: Programs) => () => usage(programs, job);
    const { built, packaged } = await interleave(rounds, { built: used(ours), packaged: used(theirs) });
    rows.push(row(what, 's', built.cpu, packaged.cpu));
    if (what === AV1_TO_720P) rows.push(row(`${what}: memory`, 'MB', built.peak, packaged.peak));
  }
  await rm(folder, { recursive: true, force: true });
  return {
    title: 'A current ffmpeg',
    about:
      '`npm run ffmpeg:build` beside the npm packages: the engine’s own arguments, in seconds of CPU unless the unit says otherwise.',
    subject: 'built',
    against: 'npm packages',
    rows,
  };
}

const AV1_TO_720P = 'AV1 of 1080p to H.264 of 720p, 4 s';

async function jobs(folder: string): Promise<[string, Job][]> {
  const found: [string, Job][] = [];
  for (const [name, coding] of Object.entries(CODECS)) {
    const film = join(folder, `${name}.mp4`);
    await ffmpeg('-ss', '10', '-t', '4', '-i', demoFilm, '-an', '-c:v', ...coding, film);
    const output = ['-f', 'rawvideo'];
    found.push([`decoding ${name} of 1080p, 4 s`, { film, args: { input: inputArguments(LIMITS), output } }]);
    if (name === 'AV1') found.push([AV1_TO_720P, await planned(film, 'format=mp4&height=720')]);
  }
  const pattern: FfmpegArguments = {
    input: ['-nostdin', '-f', 'lavfi'],
    output: [...h264Arguments(2_800_000, 1), '-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov'],
  };
  found.push(
    ['x264: a pattern of 720p, 5 s', { film: 'testsrc2=s=1280x720:r=24:d=5', args: pattern }],
    ['H.264 of 1080p to 720p, 10 s', await planned(demoFilm, 'format=mp4&height=720&duration=10')],
    ['audio of 30 s to AAC', await planned(demoFilm, 'format=aac&bitrate=128k')],
    ['audio of 30 s to MP3', await planned(demoFilm, 'format=mp3')],
  );
  return found;
}

async function planned(film: string, query: string): Promise<Job> {
  return { film, args: ffmpegArguments(await planFor(film, query), LIMITS) };
}

async function usage({ FFMPEG_PATH }: Programs, { film, args }: Job): Promise<{ cpu: number; peak: number }> {
  let cpu = Number.NaN;
  const peak = await peakOfDescendants(process.pid, 'ffmpeg', async () => {
    const work = (url: string) =>
      childUsage(FFMPEG_PATH, [...args.input, '-i', url, ...args.output, 'pipe:1']);
    ({ cpu } = await (film.includes('=') ? work(film) : overLoopback(film, null, work)));
  });
  return { cpu, peak };
}

async function megabytesOf(programs: Programs): Promise<number> {
  const files = new Set<string>();
  for (const path of Object.values(programs)) files.add(await realpath(path));
  let bytes = 0;
  for (const file of files) bytes += (await stat(file)).size;
  return bytes / 1e6;
}

/** Reads the program from disk as an instance does that starts: nothing of it is in memory. */
async function readCold(rounds: number, ours: Programs, theirs: Programs): Promise<Row> {
  const { args } = await planned(demoFilm, 'format=mp4&height=360&duration=1');
  const cold = (programs: Programs) => async () => {
    const program = await realpath(programs.FFMPEG_PATH);
    await promisify(execFile)('dd', [`if=${program}`, 'iflag=nocache', 'count=0', 'status=none']);
    const work = (url: string) => childUsage(program, [...args.input, '-i', url, ...args.output, 'pipe:1']);
    return { read: (await overLoopback(demoFilm, null, work)).read };
  };
  const { built, packaged } = await interleave(rounds, { built: cold(ours), packaged: cold(theirs) });
  return row('read from disk for a first transcode', 'MB', built.read, packaged.read);
}

function row(work: string, unit: Row['unit'], ours: Figures, limit: Figures): Row {
  return { work, unit, ours, limit };
}
