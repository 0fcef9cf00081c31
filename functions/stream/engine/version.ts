import { runSandboxed } from '../sandbox/run.ts';

/**
 * Returns a reader of ffmpeg's own version string; asked once, and again after a failure. Rejects if ffmpeg
 * cannot run.
 */
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
  const { code, signal, stdout } = await runSandboxed(path, ['-version'], {
    limits: { cpuSeconds: 5, memoryBytes: null },
    signal: AbortSignal.timeout(10_000),
    timeoutMilliseconds: 10_000,
    maxOutputBytes: 64 * 1024,
  });
  if (code !== 0) throw new Error(`ffmpeg -version ended with ${signal ?? code}.`);
  return /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? 'unknown';
}
