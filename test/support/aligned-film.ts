import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ffmpeg } from './verify.ts';

export const ALIGNED_FILM = 'film/aligned.mp4';
/** What is seen and heard of it. */
export const ALIGNED_SECONDS = 48;

/**
 * A small film with a key frame every two seconds, so that what is copied and what is encoded have the same segments,
 * English in AAC and German in AC-3. Needs the part `ffmpeg`.
 */
export async function makeAlignedFilm(folder: string): Promise<void> {
  await mkdir(join(folder, 'film'), { recursive: true });
  const inputs = ['testsrc2=s=640x360:r=24', 'sine=f=440:r=48000', 'sine=f=660:r=48000'];
  const video = ['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '1500k', '-pix_fmt', 'yuv420p'];
  const keys = ['-g', '48', '-keyint_min', '48', '-sc_threshold', '0', '-bf', '2'];
  const english = ['-c:a:0', 'aac', '-b:a:0', '96k', '-metadata:s:a:0', 'language=eng'];
  const german = ['-c:a:1', 'ac3', '-b:a:1', '128k', '-metadata:s:a:1', 'language=deu'];
  await ffmpeg(
    ...inputs.flatMap((input) => ['-f', 'lavfi', '-i', input]),
    ...['-map', '0', '-map', '1', '-map', '2', '-t', String(ALIGNED_SECONDS), '-ac', '2'],
    ...[...video, ...keys, ...english, ...german],
    join(folder, ALIGNED_FILM),
  );
}

export const SOUND = 'sound/tone.flac';
export const SOUND_SECONDS = 40;

/** Sound alone, which is to be encoded. */
export async function makeSound(folder: string): Promise<void> {
  await mkdir(join(folder, 'sound'), { recursive: true });
  const input = ['-f', 'lavfi', '-i', `sine=f=440:r=44100:d=${SOUND_SECONDS}`];
  await ffmpeg(...input, '-ac', '2', join(folder, SOUND));
}
