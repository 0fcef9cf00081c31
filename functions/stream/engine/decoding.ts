import { MOST_PIXELS } from '../base/limits.ts';
import type { Decoding, Tried } from '../media/model/decoding.ts';
import type { SandboxLimits } from '../sandbox/process-limits.ts';
import { runSandboxed } from '../sandbox/run.ts';
import { inputArguments } from './input-arguments.ts';

/** Asks ffmpeg what it decodes; `limits` are those of every ffmpeg here. */
export function decodingOf(ffmpegPath: string, limits: SandboxLimits): Decoding {
  let known: Promise<ReadonlySet<string> | null> | null = null;
  return {
    async codecs() {
      known ??= askCodecs(ffmpegPath).catch(() => null);
      const codecs = await known;
      // A program that could not run now may run in a moment.
      if (codecs === null) known = null;
      return codecs;
    },
    async tries(url, track, signal) {
      const { stdout, isCutShort } = await runSandboxed(ffmpegPath, trialArguments(url, track), {
        limits: { ...limits, cpuSeconds: Math.min(limits.cpuSeconds, TRIAL_CPU_SECONDS) },
        signal,
        timeoutMilliseconds: 6_000,
        maxOutputBytes: 2 ** 20,
      });
      // A slow trial proves nothing.
      return isCutShort || stdout.length > 0;
    },
  };
}

const TRIAL_CPU_SECONDS = 10;
/** Enough for the first keyframe of a film that was cut out of another. */
const TRIAL_SECONDS = '10';
const LATE_SECONDS = 1;

function trialArguments(url: string, { kind, stream, startSeconds }: Tried): string[] {
  const first =
    kind === 'video'
      ? ['-frames:v', '1', '-vf', 'scale=16:16,format=gray', '-f', 'rawvideo']
      : ['-frames:a', '1', '-ac', '1', '-f', 's16le'];
  return [
    ...inputArguments({ maxPixels: MOST_PIXELS }),
    // A track may begin long after the others.
    ...(startSeconds > LATE_SECONDS ? ['-ss', (startSeconds - LATE_SECONDS).toFixed(3)] : []),
    ...['-t', TRIAL_SECONDS, '-i', url, '-map', `0:${stream}`],
    ...first,
    'pipe:1',
  ];
}

async function askCodecs(path: string): Promise<ReadonlySet<string> | null> {
  const { code, stdout } = await runSandboxed(path, ['-hide_banner', '-codecs'], {
    limits: { cpuSeconds: 5, memoryBytes: null },
    signal: AbortSignal.timeout(10_000),
    timeoutMilliseconds: 10_000,
    maxOutputBytes: 2 ** 20,
  });
  const names = [...stdout.matchAll(/^ D\S{5} (\w+)/gm)].map(([, name = '']) => name);
  return code === 0 && names.length > 0 ? new Set(names) : null;
}
