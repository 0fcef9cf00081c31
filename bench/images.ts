import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { localEnvironment } from '../local/function.ts';
import { interleave } from '../testing/rounds.ts';
import { untilIdle } from '../testing/service.ts';
import { ffmpeg } from '../testing/verify.ts';
import { childUsage } from './child-usage.ts';
import type { Client } from './client.ts';
import { makeFilm } from './film.ts';
import type { Row, Table } from './report.ts';
import { type Subject, startSluice } from './subject.ts';

const FILM = { minutes: 120, bitrate: 2_200_000 };
const MOMENTS = ['613.4', '2400.7', '4801.2', '6999.9'];
const TICKS_PER_SECOND = 100;
/** The same film in other containers. */
const FORMS = [
  ['Matroska', 'film.mkv'],
  ['MPEG-TS', 'film.ts'],
  ['fragmented MP4', 'fragmented.mp4', '-movflags', '+frag_keyframe+empty_moov+default_base_moof'],
] as const;

/** Stills, a storyboard and a waveform, each produced anew. */
export async function measureImages(client: Client, rounds: number): Promise<Table> {
  const media = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  await makeFilm(media, 'film.mp4', FILM);
  for (const [, name, ...muxer] of FORMS)
    await ffmpeg('-i', join(media, 'film.mp4'), '-c', 'copy', ...muxer, join(media, name));
  const audio = ['-f', 'lavfi', '-i', 'anoisesrc=d=3600:r=44100:a=0.3', '-ac', '2', '-c:a', 'aac'];
  await ffmpeg(...audio, join(media, 'hour.m4a'));
  const { FFMPEG_PATH = '' } = await localEnvironment({});
  const sluice = await startSluice({ MEDIA_DIR: media });
  let round = 0;
  const still = await interleave(rounds, {
    sluice: async () => {
      // The quality makes each one new.
      const quality = 60 + (round++ % 30);
      let total = 0;
      for (const t of MOMENTS) {
        const path = `/image/film.mp4?t=${t}&width=640&quality=${quality}`;
        total += (await client.receive(sluice.url + path)).total;
      }
      return { total: total / MOMENTS.length };
    },
    ffmpeg: async () => {
      const start = performance.now();
      for (const t of MOMENTS) {
        const input = ['-v', 'error', '-ss', t, '-i', join(media, 'film.mp4')];
        const output = ['-frames:v', '1', '-vf', 'scale=640:-2', '-c:v', 'mjpeg', '-f', 'image2pipe', '-'];
        await promisify(execFile)(FFMPEG_PATH, [...input, ...output], OUTPUT);
      }
      return { total: (performance.now() - start) / MOMENTS.length };
    },
  });
  const films = [['MP4', 'film.mp4'], ...FORMS] as const;
  const sheets = await interleave(
    Math.min(rounds, 3),
    Object.fromEntries(
      films.map(([container, name]) => [
        container,
        () => workOf(sluice, client, `/storyboard/${name}/0.jpg`),
      ]),
    ),
  );
  const decoder = ['-v', 'error', '-i', join(media, 'hour.m4a'), '-f', 'null', '-'];
  const { waveform } = await interleave(Math.min(rounds, 3), {
    waveform: async () => {
      const { cpu: decoding } = await childUsage(FFMPEG_PATH, decoder);
      return { ...(await workOf(sluice, client, '/waveform/hour.m4a?format=dat')), decoding };
    },
  });
  await sluice.close();
  const whole = ['-v', 'error', '-skip_frame', 'nokey', '-i', join(media, 'film.mp4'), '-an', '-vf'];
  const all = await childUsage(FFMPEG_PATH, [...whole, 'scale=160:-2', '-f', 'null', '-']);
  const megabytes = (await stat(join(media, 'film.mp4'))).size / 1e6;
  await rm(media, { recursive: true, force: true });
  return {
    title: 'Images, storyboards and waveforms',
    about:
      'A film of two hours and 2 GB, 720p with a keyframe every 2 seconds: a still of 640 pixels and ffmpeg alone on the ' +
      'same file (which gives another frame); the sheet of 100 thumbnails of the film in four containers, and ffmpeg ' +
      'over all keyframes of the first, which reads all of it; the peaks of an hour of AAC, and ffmpeg that decodes it ' +
      'and no more. CPU is that of the function and of ffmpeg together.',
    against: 'ffmpeg',
    rows: [
      {
        work: 'still: total',
        unit: 'ms',
        ours: still.sluice.total,
        limit: still.ffmpeg.total,
        target: '≤ 1.3',
      },
      ...Object.entries(sheets).flatMap(([container, { cpu, read, total }], i): Row[] => {
        const work = `storyboard of 100, ${container}`;
        return [
          {
            ...{ work: `${work}: CPU`, unit: 's', ours: cpu, limit: cpu.map(() => all.cpu) },
            ...(i === 0 && { target: '≤ 1/30' }),
          },
          {
            ...{ work: `${work}: read`, unit: 'MB', ours: read, limit: read.map(() => megabytes) },
            ...(i === 0 && { target: '≤ 1 %' }),
          },
          { work: `${work}: total`, unit: 's', ours: total, limit: null },
        ];
      }),
      {
        work: 'waveform of an hour: CPU',
        unit: 's',
        ours: waveform.cpu,
        limit: waveform.decoding,
        target: '≤ 3 s',
      },
      { work: 'waveform of an hour: total', unit: 's', ours: waveform.total, limit: null },
    ],
  };
}

const OUTPUT = { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 } as const;

/** What some work takes: seconds of CPU and of the clock, and megabytes that the function reads. */
type Work = { readonly cpu: number; readonly read: number; readonly total: number };

async function workOf(subject: Subject, client: Client, path: string): Promise<Work> {
  await client.receive(`${subject.url}/health`);
  const pid = subject.instances()[0]?.pid ?? 0;
  const [cpuBefore, readBefore] = await Promise.all([cpuSeconds(pid), readMegabytes(pid)]);
  const { total } = await client.receive(subject.url + path);
  await untilIdle(subject);
  const [cpu, read] = await Promise.all([cpuSeconds(pid), readMegabytes(pid)]);
  return { cpu: cpu - cpuBefore, read: read - readBefore, total: total / 1000 };
}

/** CPU of the instance and of the processes that it has waited for. */
async function cpuSeconds(pid: number): Promise<number> {
  const [, text = ''] = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ');
  const ticks = text.split(' ').slice(11, 15).map(Number);
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND;
}

/** What the instance has read of files, and of ffmpeg's output, which is little here. */
async function readMegabytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/io`, 'utf8');
  return Number(/^rchar: (\d+)$/m.exec(text)?.[1]) / 1e6;
}
