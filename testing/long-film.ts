import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEverything } from './hooks.ts';
import { ffmpeg } from './verify.ts';

/** A film of two hours in a folder of its own: a part of it, encoded once, repeated. */
export type LongFilm = { readonly folder: string; readonly name: string };

/** In whole frames of video and of AAC, so that there is no gap where parts meet. */
export const PART_SECONDS = 64;
const PARTS = 113;
export const LONG_SECONDS = PARTS * PART_SECONDS;

/**
 * Encodes H.264 with three B-frames and irregular keyframes, AAC with a rising tone, the index at the end.
 * Needs the part `ffmpeg`.
 */
export function makeLongFilm(): Promise<LongFilm> {
  encoding ??= make();
  return encoding;
}

let encoding: Promise<LongFilm> | null = null;
const KEY_FRAMES = '3.25,5,11,12.5,18,24.75,31,36,40.5,47,52,55.5';

async function make(): Promise<LongFilm> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-long-'));
  afterEverything(() => rm(folder, { recursive: true, force: true }));
  const [part, list] = [join(folder, 'part.mp4'), join(folder, 'parts.txt')];
  const name = 'two hours.mp4';
  const testVideo = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=24'];
  const testAudio = ['-f', 'lavfi', '-i', "aevalsrc='0.3*sin(2*PI*(300*t+15*t*t))':s=48000"];
  const video = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-b:v', '300k', '-pix_fmt', 'yuv420p'];
  const keys = ['-g', '288', '-sc_threshold', '0', '-force_key_frames', KEY_FRAMES];
  const audio = ['-c:a', 'aac', '-b:a', '20k', '-ac', '1'];
  const ends = ['-t', String(PART_SECONDS), '-frames:a', String((48_000 * PART_SECONDS) / 1024)];
  await ffmpeg(...testVideo, ...testAudio, ...video, ...keys, ...audio, ...ends, part);
  await writeFile(list, `file '${part}'\nduration ${PART_SECONDS}\n`.repeat(PARTS));
  await ffmpeg('-f', 'concat', '-safe', '0', '-i', list, '-c', 'copy', join(folder, name));
  await rm(part);
  await rm(list);
  return { folder, name };
}
