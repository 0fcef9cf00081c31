import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** ffmpeg's own name of its version, such as `4.1-static`; rejects if it cannot be run. */
export async function ffmpegVersion(path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(path, ['-version'], { env: {}, timeout: 5_000 });
  return /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? 'unknown';
}
