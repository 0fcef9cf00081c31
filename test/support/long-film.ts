import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEverything } from './hooks.ts';
import { ffmpeg } from './verify.ts';

/** A film of two hours in a folder of its own: one minute, encoded once, a hundred and twenty times over. */
export type LongFilm = { readonly folder: string; readonly name: string };

/** H.264 with three B-frames and key frames here and there, AAC, the index at the end. Needs the part `ffmpeg`. */
export function makeLongFilm(): Promise<LongFilm> {
  made ??= make();
  return made;
}

let made: Promise<LongFilm> | null = null;
const KEY_FRAMES = '3.25,5,11,12.5,18,24.75,31,36,40.5,47,52,55.5';

async function make(): Promise<LongFilm> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-long-'));
  afterEverything(() => rm(folder, { recursive: true, force: true }));
  const minute = join(folder, 'minute.mp4');
  const name = 'two hours.mp4';
  const pictures = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=24'];
  const sound = ['-f', 'lavfi', '-i', 'sine=f=440:r=48000'];
  const video = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-b:v', '300k', '-pix_fmt', 'yuv420p'];
  const keys = ['-g', '288', '-sc_threshold', '0', '-force_key_frames', KEY_FRAMES];
  const audio = ['-c:a', 'aac', '-b:a', '16k', '-ac', '1'];
  await ffmpeg(...pictures, ...sound, '-t', '60', ...video, ...keys, ...audio, minute);
  await ffmpeg('-stream_loop', '119', '-i', minute, '-c', 'copy', join(folder, name));
  await rm(minute);
  return { folder, name };
}
