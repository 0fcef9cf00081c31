import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { ffmpegArguments } from '../functions/stream/engine/arguments.ts';
import { localEnvironment } from '../local/function.ts';
import { interleave } from '../testing/rounds.ts';
import type { Client } from './client.ts';
import { demoFilm } from './demo-film.ts';
import { planFor } from './plan.ts';
import type { Table } from './report.ts';
import { startSluice } from './subject.ts';

const QUERY = 'format=mp4&height=360&duration=2';

/** The first byte of a transcode, through the whole service and from ffmpeg on the file itself. */
export async function measureTranscode(client: Client, rounds: number): Promise<Table> {
  const sluice = await startSluice({ MEDIA_DIR: dirname(demoFilm) });
  const { FFMPEG_PATH = '' } = await localEnvironment({});
  const { input, output } = ffmpegArguments(await planFor(demoFilm, QUERY), { maxPixels: 10_000_000 });
  const local = input.map((arg) => (arg === 'http,tcp' ? 'file,pipe' : arg));
  const command = [...local, '-i', demoFilm, ...output, 'pipe:1'];
  const figures = await interleave(rounds, {
    sluice: async () => ({ first: (await client.receive(`${sluice.url}/stream/video.mp4?${QUERY}`)).first }),
    ffmpeg: async () => ({ first: await firstByteOf(FFMPEG_PATH, command) }),
  });
  await sluice.close();
  const { sluice: ours, ffmpeg: limit } = figures;
  return {
    title: 'Transcodes',
    about: 'The same arguments through the whole service and by ffmpeg alone, on the file itself.',
    against: 'ffmpeg',
    rows: [
      {
        work: 'first byte of `/stream` at 360 lines',
        unit: 'ms',
        ours: ours.first,
        limit: limit.first,
        target: '≤ 1.3',
      },
    ],
  };
}

async function firstByteOf(program: string, command: readonly string[]): Promise<number> {
  const start = performance.now();
  const child = spawn(program, command, { env: {}, stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const milliseconds = performance.now() - start;
  child.kill('SIGKILL');
  await once(child, 'exit');
  return milliseconds;
}
