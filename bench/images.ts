import { execFile } from 'node:child_process';

import { mkdtemp, readFile, rm } from 'node:fs/promises';
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
  ['film.mkv'],
  ['film.ts'],
  ['fragmented.mp4', '-movflags', '+frag_keyframe+empty_moov+default_base_moof'],
] as const;

/** Stills, a storyboard and a waveform, each produced anew. */
export async function measureImages(client: Client, rounds: number): Promise<Table> {
  const media = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  await makeFilm(media, 'film.mp4', FILM);
  for (const [name, ...muxer] of FORMS)
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
  const { sheet, matroska, transport, fragmented, waveform } = await interleave(Math.min(rounds, 3), {
    sheet: () => costOfWork(sluice, client, '/storyboard/film.mp4/0.jpg'),
    matroska: () => costOfWork(sluice, client, '/storyboard/film.mkv/0.jpg'),
    transport: () => costOfWork(sluice, client, '/storyboard/film.ts/0.jpg'),
    fragmented: () => costOfWork(sluice, client, '/storyboard/fragmented.mp4/0.jpg'),
    waveform: () => costOfWork(sluice, client, '/waveform/hour.m4a?format=dat'),
  });
  const inOthers = [
    ['Matroska', matroska],
    ['MPEG-TS', transport],
    ['fragmented MP4', fragmented],
  ] as const;
  await sluice.close();
  const whole = ['-v', 'error', '-skip_frame', 'nokey', '-i', join(media, 'film.mp4'), '-an', '-vf'];
  const all = await childUsage(FFMPEG_PATH, [...whole, 'scale=160:-2', '-f', 'null', '-']);
  const decoded = await childUsage(FFMPEG_PATH, [
    '-v',
    'error',
    '-i',
    join(media, 'hour.m4a'),
    '-f',
    'null',
    '-',
  ]);
  await rm(media, { recursive: true, force: true });
  return {
    title: 'Images, storyboards and waveforms',
    about:
      'A film of two hours and 2 GB, 720p with a keyframe every 2 seconds: a still of 640 pixels and ffmpeg alone on the ' +
      'same file (which gives another frame), the sheet of 100 thumbnails, also of the same film in other containers, and ffmpeg over all keyframes, and the peaks of ' +
      'an hour of AAC and ffmpeg that decodes it and no more. CPU is that of the function and of ffmpeg together.',
    against: 'ffmpeg',
    rows: [
      {
        work: 'still: total',
        unit: 'ms',
        ours: still.sluice.total,
        limit: still.ffmpeg.total,
        target: '≤ 1.3',
      },
      {
        work: 'storyboard of 100: CPU',
        unit: 's',
        ours: sheet.cpu,
        limit: sheet.cpu.map(() => all.cpu),
        target: '≤ 1/30',
      },
      ...inOthers.map(
        ([container, { cpu }]): Row => ({
          ...{ work: `the same of ${container}: CPU`, unit: 's', ours: cpu },
          ...{ limit: cpu.map(() => all.cpu) },
        }),
      ),
      { work: 'storyboard of 100: total', unit: 's', ours: sheet.total, limit: null },
      {
        work: 'waveform of an hour: CPU',
        unit: 's',
        ours: waveform.cpu,
        limit: waveform.cpu.map(() => decoded.cpu),
        target: '≤ 3 s',
      },
      { work: 'waveform of an hour: total', unit: 's', ours: waveform.total, limit: null },
    ],
  };
}

const OUTPUT = { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 } as const;

/** Seconds of CPU of the instance and of the processes that it has waited for, and of the clock. */
async function costOfWork(
  subject: Subject,
  client: Client,
  path: string,
): Promise<{ readonly cpu: number; readonly total: number }> {
  await client.receive(`${subject.url}/health`);
  const pid = subject.instances()[0]?.pid ?? 0;
  const before = await cpuSeconds(pid);
  const { total } = await client.receive(subject.url + path);
  await untilIdle(subject);
  return { cpu: (await cpuSeconds(pid)) - before, total: total / 1000 };
}

async function cpuSeconds(pid: number): Promise<number> {
  const [, text = ''] = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ');
  const ticks = text.split(' ').slice(11, 15).map(Number);
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND;
}
