import type { Engine } from './ffmpeg.ts';

/** Wraps an engine so that it starts ffmpeg only if `check` resolves. */
export function withBudget(engine: Engine, check: (signal: AbortSignal) => Promise<void>): Engine {
  return {
    async transcode(url, args, options) {
      await check(options.signal);
      return engine.transcode(url, args, options);
    },
  };
}
