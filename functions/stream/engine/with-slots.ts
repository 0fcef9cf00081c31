import type { Slots } from '../sandbox/slots.ts';
import type { Engine } from './ffmpeg.ts';

/** Wraps an engine so that it starts ffmpeg only in a free slot. */
export function withSlots(engine: Engine, slots: Slots): Engine {
  return {
    async transcode(url, args, options) {
      const release = await slots.take(options.signal);
      const onExit = (stderrTail: string) => {
        release();
        options.onExit(stderrTail);
      };
      try {
        return await engine.transcode(url, args, { ...options, onExit });
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}
