import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ffmpeg } from '../testing/verify.ts';

/** In whole frames of video and of AAC, so that there is no gap where parts meet. */
const PART_SECONDS = 64;

export type FilmOptions = {
  readonly minutes: number;
  /** All tracks together. */
  readonly bitrate: number;
};

/**
 * Makes a film of 720p H.264 with a keyframe every 2 seconds and stereo AAC: a minute, encoded once, repeated.
 * Needs Debian's ffmpeg.
 */
export async function makeFilm(
  folder: string,
  name: string,
  { minutes, bitrate }: FilmOptions,
): Promise<void> {
  const work = join(folder, `.${name}`);
  await mkdir(work, { recursive: true });
  const [part, list] = [join(work, 'part.mp4'), join(work, 'parts.txt')];
  const video = ['-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=24,noise=alls=20:allf=t'];
  const audio = ['-f', 'lavfi', '-i', "aevalsrc='0.3*sin(2*PI*(300*t+15*t*t))|0.2*sin(2*PI*440*t)':s=48000"];
  const rate = String(bitrate - 96_000);
  const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '48', '-bf', '2'];
  const limits = ['-sc_threshold', '0', '-b:v', rate, '-maxrate', rate, '-bufsize', rate];
  const aac = ['-c:a', 'aac', '-b:a', '96k'];
  const ends = ['-t', String(PART_SECONDS), '-frames:a', String((48_000 * PART_SECONDS) / 1024)];
  await ffmpeg(...video, ...audio, ...h264, ...limits, ...aac, ...ends, part);
  const parts = Math.ceil((minutes * 60) / PART_SECONDS);
  await writeFile(list, `file '${part}'\nduration ${PART_SECONDS}\n`.repeat(parts));
  const joined = ['-f', 'concat', '-safe', '0', '-i', list, '-c', 'copy', '-movflags', '+faststart'];
  await ffmpeg(...joined, join(folder, name));
  await rm(work, { recursive: true });
}
