import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEverything } from './hooks.ts';
import { ffmpeg } from './verify.ts';

/**
 * Returns the path of a film of 20 seconds in colours that `hueDegrees` turns, 640×360, H.264 and AAC. Needs
 * the part `ffmpeg`.
 */
export function makeSmallFilm(hueDegrees = 0): Promise<string> {
  const film = films.get(hueDegrees) ?? make(hueDegrees);
  films.set(hueDegrees, film);
  return film;
}

const films = new Map<number, Promise<string>>();

async function make(hueDegrees: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-small-'));
  afterEverything(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'film.mp4');
  const videoInput = ['-f', 'lavfi', '-i', `testsrc2=s=640x360:r=25,hue=h=${hueDegrees}`];
  const audio = ['-f', 'lavfi', '-i', 'sine=f=440:r=48000'];
  const video = ['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '800k', '-pix_fmt', 'yuv420p', '-g', '50'];
  await ffmpeg(...videoInput, ...audio, '-t', '20', ...video, '-c:a', 'aac', '-b:a', '96k', path);
  return path;
}

/**
 * Encodes a film of 160×120 of noise: cheap to encode, and of many bytes. The extension decides the
 * container; needs `ffmpeg`.
 */
export async function makeNoise(path: string, seconds: number): Promise<void> {
  const videoInput = ['-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=25,noise=alls=20:allf=t'];
  const audio = ['-f', 'lavfi', '-i', 'sine=f=440:r=48000'];
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '50'];
  await ffmpeg(...videoInput, ...audio, '-t', String(seconds), ...video, '-c:a', 'aac', '-b:a', '64k', path);
}
