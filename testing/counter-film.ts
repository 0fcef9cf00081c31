import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BITS = 8;
const BLOCK = 16;
const [WIDTH, HEIGHT] = [BITS * BLOCK, 64];

/**
 * Inputs for Debian's ffmpeg: frames of 128×64 whose columns show their number in bits, at most 256 of them.
 */
export function countingPicture(rate: string, seconds: number): string[] {
  const luma = `if(bitand(floor(N/pow(2\\,floor(X/${BLOCK})))\\,1)\\,235\\,16)`;
  return [
    '-f',
    'lavfi',
    '-i',
    `color=s=${WIDTH}x${HEIGHT}:r=${rate}:d=${seconds},geq=lum='${luma}':cb=128:cr=128`,
  ];
}

export type CountedFrame = { readonly number: number; readonly seconds: number };

/** Returns the number that each frame of a file shows, and its time. */
export async function countedFrames(path: string): Promise<CountedFrame[]> {
  const size = ['-vf', `scale=${WIDTH}:${HEIGHT},format=gray`];
  const [{ stdout: pixels }, { stdout: times }] = await Promise.all([
    run(
      '/usr/bin/ffmpeg',
      ['-v', 'error', '-i', path, '-fps_mode', 'passthrough', ...size, '-f', 'rawvideo', '-'],
      {
        encoding: 'buffer',
        maxBuffer: 64 * 1024 * 1024,
      },
    ),
    run('/usr/bin/ffprobe', [
      '-v',
      'error',
      '-select_streams',
      'v',
      '-show_entries',
      'frame=pts_time',
      '-of',
      'csv=p=0',
      path,
    ]),
  ]);
  const seconds = [...times.matchAll(/^-?[\d.]+/gm)].map(([time]) => Number(time));
  return seconds.map((at, i) => ({ seconds: at, number: numberIn(pixels.subarray(i * WIDTH * HEIGHT)) }));
}

/** Returns the number that an image of a frame shows; `upright` are filters that turn it back. */
export async function countedImage(image: Buffer, upright: readonly string[] = []): Promise<number> {
  const filters = [...upright, `scale=${WIDTH}:${HEIGHT}`, 'format=gray'].join(',');
  const args = ['-v', 'error', '-i', '-', '-vf', filters, '-f', 'rawvideo', '-'];
  const decoding = run('/usr/bin/ffmpeg', args, { encoding: 'buffer' });
  decoding.child.stdin?.end(image);
  return numberIn((await decoding).stdout);
}

/** Reads the middle of each column. */
function numberIn(frame: Buffer): number {
  const isLit = (bit: number) => (frame[(HEIGHT / 2) * WIDTH + bit * BLOCK + BLOCK / 2] ?? 0) > 128;
  return Array.from({ length: BITS }, (_, bit) => (isLit(bit) ? 2 ** bit : 0)).reduce(
    (sum, part) => sum + part,
    0,
  );
}
