import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countingPicture } from './counter-film.ts';
import { ffmpeg } from './verify.ts';

export const CLIP_FILM = 'film.mp4';
export const CLIP_RATE = 25;
export const CLIP_FRAMES = 250;
/** Seconds of its keyframes. */
const KEYFRAMES = [0, 2.2, 5, 7.4];

/**
 * Writes a film of ten seconds that counts its frames, with B-frames and keyframes that lie nowhere near whole seconds,
 * audio, and subtitles beside it: a cue for each second. Noise makes it so heavy that it is also offered at its own size.
 */
export async function makeClipFilm(folder: string): Promise<void> {
  const seconds = CLIP_FRAMES / CLIP_RATE;
  const noisy = ['-vf', 'scale=640:320:flags=neighbor,noise=alls=30:allf=t', '-pix_fmt', 'yuv420p'];
  const coding = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-bf', '2'];
  const keys = ['-g', '1000', '-sc_threshold', '0', '-force_key_frames', KEYFRAMES.join(',')];
  await ffmpeg(
    ...countingPicture(String(CLIP_RATE), seconds),
    ...['-f', 'lavfi', '-i', `sine=f=440:r=48000:d=${seconds}`],
    ...[...noisy, ...coding, ...keys, '-c:a', 'aac', '-ac', '2', '-movflags', '+faststart'],
    join(folder, CLIP_FILM),
  );
  const time = (second: number) => `00:00:${String(second).padStart(2, '0')}`;
  const cues = Array.from(
    { length: seconds },
    (_, i) => `${i + 1}\n${time(i)},100 --> ${time(i)},900\nSecond ${i}\n`,
  );
  await writeFile(join(folder, 'film.en.srt'), cues.join('\n'));
}

/** What is asked for in milliseconds, and the frames that are shown: `[from, to)`. */
export type Clip = { readonly query: string; readonly from: number; readonly to: number };

export const CLIPS: readonly Clip[] = [
  { query: 'start=3.52&end=8.2', from: 88, to: 205 },
  { query: 'start=5.419&end=6.381', from: 135, to: 160 },
  { query: 'start=2.2', from: 55, to: 250 },
  { query: 'end=7.43', from: 0, to: 186 },
];
