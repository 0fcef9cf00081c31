import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { localEnvironment } from '../../local/function.ts';
import { PART_SECONDS } from './fake-answers.ts';

const run = promisify(execFile);

/** Returns a fragmented MP4 like a transcode: the head, then fragments of half a second. */
export async function fragmentedFilm(): Promise<readonly Buffer[]> {
  const { FFMPEG_PATH = '' } = await localEnvironment({});
  const args = [
    ...['-v', 'error', '-f', 'lavfi', '-i', `testsrc2=s=128x96:r=24:d=${PART_SECONDS}`],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '12', '-f', 'mp4'],
    ...['-movflags', 'frag_keyframe+empty_moov+default_base_moof+skip_trailer', 'pipe:1'],
  ];
  const { stdout } = await run(FFMPEG_PATH, args, { encoding: 'buffer', maxBuffer: 10_000_000 });
  return cutAtFragments(stdout);
}

function cutAtFragments(file: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < file.length; at += file.readUInt32BE(at)) {
    if (file.toString('latin1', at + 4, at + 8) !== 'moof') continue;
    chunks.push(file.subarray(from, at));
    from = at;
  }
  return [...chunks, file.subarray(from)];
}
