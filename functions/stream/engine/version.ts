import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Tells ffmpeg's own name of its version; asked once, and again after a failure. Rejects if it cannot be run. */
export function ffmpegVersionOf(path: string): () => Promise<string> {
  let known: Promise<string> | null = null;
  return () => {
    known ??= askVersion(path).catch((error: unknown) => {
      known = null;
      throw error;
    });
    return known;
  };
}

async function askVersion(path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(path, ['-version'], { env: {}, timeout: 10_000 });
  return /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? 'unknown';
}
