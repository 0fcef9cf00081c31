import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { demoDirectory } from '../../local/function.ts';
import { casesDirectory } from '../../testing/needs.ts';
import { ffmpeg } from '../../testing/verify.ts';

export type Film = {
  readonly name: string;
  readonly key: string;
  readonly seconds: number;
  /** Frames from first to last; null for audio alone. */
  readonly frames: number | null;
  readonly height: number | null;
  /** What makes `/stream` transcode or remux it, how long that is, and what the result is called. */
  readonly stream: {
    readonly query: string;
    readonly seconds: number;
    readonly frames: number | null;
    readonly extension: 'mp4' | 'mp3';
  };
  make(path: string): Promise<unknown>;
};

const LAVFI = ['-f', 'lavfi', '-i'];
const SIXTY = { seconds: 8, frames: 480 };
const PHASE = { seconds: 8, frames: 200 };

export const FILMS: readonly Film[] = [
  {
    name: 'phase-25.mkv',
    key: 'phase-25.mkv',
    ...PHASE,
    height: 180,
    stream: { query: '', ...PHASE, extension: 'mp4' },
    make: (path) => copyFile(join(casesDirectory, 'phase-25.mkv'), path),
  },
  {
    name: '60 fps MP4',
    key: 'sixty.mp4',
    ...SIXTY,
    height: 360,
    // Half of it, since every client has it encoded again.
    stream: { query: '?height=240&duration=4', seconds: 4, frames: 240, extension: 'mp4' },
    // With its index at the end, as cameras write it.
    make: (path) =>
      ffmpeg(
        ...[...LAVFI, 'testsrc2=s=640x360:r=60', ...LAVFI, 'sine=f=440:r=48000', '-t', '8', '-ac', '2'],
        ...['-c:v', 'libx264', '-preset', 'veryfast', '-g', '120', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
        path,
      ),
  },
  {
    name: 'song',
    key: 'song.flac',
    seconds: 8,
    frames: null,
    height: null,
    stream: { query: '?format=mp3', seconds: 8, frames: null, extension: 'mp3' },
    make: (path) => ffmpeg(...LAVFI, 'sine=f=440:r=44100:d=8', '-ac', '2', path),
  },
  {
    name: 'demo film',
    key: 'demo.mp4',
    seconds: 30,
    frames: 720,
    height: 1080,
    stream: { query: '?height=240&duration=4', seconds: 4, frames: 96, extension: 'mp4' },
    make: (path) => copyFile(join(demoDirectory, 'video.mp4'), path),
  },
];
