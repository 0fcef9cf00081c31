import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ffmpeg } from './verify.ts';

export const ALIGNED_FILM = 'film/aligned.mp4';
/** Two of these groups are longer than a segment may be, so that each is one. */
const GROUP_FRAMES = 49;
export const ALIGNED_SEGMENTS = 12;
export const ALIGNED_FRAMES = ALIGNED_SEGMENTS * GROUP_FRAMES;
/** Seconds that are played. */
export const ALIGNED_SECONDS = ALIGNED_FRAMES / 24;

/**
 * Writes a small film with a keyframe every two seconds and a frame, so that copied and encoded renditions
 * have the same segments, English in AAC and German in AC-3. Needs the part `ffmpeg`.
 */
export async function makeAlignedFilm(folder: string): Promise<void> {
  await mkdir(join(folder, 'film'), { recursive: true });
  const inputs = ['testsrc2=s=640x360:r=24', 'sine=f=440:r=48000', 'sine=f=660:r=48000'];
  const video = ['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '700k', '-pix_fmt', 'yuv420p'];
  const keys = [
    '-g',
    String(GROUP_FRAMES),
    '-keyint_min',
    String(GROUP_FRAMES),
    '-sc_threshold',
    '0',
    '-bf',
    '2',
  ];
  const english = ['-c:a:0', 'aac', '-b:a:0', '96k', '-metadata:s:a:0', 'language=eng'];
  const german = ['-c:a:1', 'ac3', '-b:a:1', '128k', '-metadata:s:a:1', 'language=deu'];
  await ffmpeg(
    ...inputs.flatMap((input) => ['-f', 'lavfi', '-i', input]),
    ...['-map', '0', '-map', '1', '-map', '2', '-t', String(ALIGNED_SECONDS), '-ac', '2'],
    ...[...video, ...keys, ...english, ...german],
    join(folder, ALIGNED_FILM),
  );
}

export const AUDIO = 'audio/tone.flac';
export const SOUND_SECONDS = 40;

/** Writes audio alone, which has to be encoded. */
export async function makeSound(folder: string): Promise<void> {
  await mkdir(join(folder, 'audio'), { recursive: true });
  const input = ['-f', 'lavfi', '-i', `sine=f=440:r=44100:d=${SOUND_SECONDS}`];
  await ffmpeg(...input, '-ac', '2', join(folder, AUDIO));
}
