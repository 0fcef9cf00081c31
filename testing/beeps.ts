import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const INPUT = ['-v', 'error', '-nostdin', '-protocol_whitelist', 'file,http,tcp', '-i'];
const RATE = 16_000;
const LOUD = 3_000;
/** Shorter gaps lie within one beep. */
const SILENCE_SAMPLES = RATE / 10;

/** Returns when the beeps of a film begin, in seconds, by Debian's ffmpeg. */
export async function beepsOf(input: string): Promise<number[]> {
  const output = ['-map', '0:a:0', '-ac', '1', '-ar', String(RATE), '-f', 's16le', '-'];
  const { stdout } = await run('/usr/bin/ffmpeg', [...INPUT, input, ...output], {
    encoding: 'buffer',
    maxBuffer: 2 ** 28,
  });
  const beeps: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; 2 * i < stdout.length; i++) {
    if (Math.abs(stdout.readInt16LE(2 * i)) < LOUD) continue;
    if (i - last > SILENCE_SAMPLES) beeps.push(i / RATE);
    last = i;
  }
  return beeps;
}

/** Returns when its white flashes begin. */
export async function flashesOf(input: string): Promise<number[]> {
  const filters = 'scale=8:8,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-';
  const output = ['-map', '0:v:0', '-vf', filters, '-fps_mode', 'passthrough', '-f', 'null', '-'];
  const { stdout } = await run('/usr/bin/ffmpeg', [...INPUT, input, ...output], { maxBuffer: 2 ** 28 });
  const frames = [...stdout.matchAll(/pts_time:([\d.-]+)\s+lavfi\.signalstats\.YAVG=([\d.]+)/g)];
  const isWhite = (frame: RegExpExecArray | undefined) => Number(frame?.[2] ?? 0) > 200;
  return frames
    .filter((frame, i) => isWhite(frame) && !isWhite(frames[i - 1]))
    .map(([, time]) => Number(time));
}
