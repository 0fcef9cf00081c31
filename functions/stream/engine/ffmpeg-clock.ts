import type { Trace } from '../base/trace.ts';

/** Records how long ffmpeg took to start, and for how long it ran. */
export function ffmpegClock(trace: Trace): { onSpawn(milliseconds: number): void; onExit(): void } {
  let startedAt: number | null = null;
  return {
    onSpawn(milliseconds) {
      startedAt = performance.now();
      trace.record('spawn', milliseconds);
    },
    onExit() {
      if (startedAt !== null) trace.record('ffmpeg', performance.now() - startedAt);
      startedAt = null;
    },
  };
}
