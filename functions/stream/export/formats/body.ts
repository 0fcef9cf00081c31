import type { EngineContext } from '../../engine/transcode-object.ts';
import type { ObjectContext } from '../../http/original.ts';

/** A part of a file while it is produced, without the head, which follows from what was produced. */
export type Body = {
  /** Ends, or breaks. If no time is left, it may end early, at a place where another worker can go on. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Seconds of the result so far. */
  secondsDone(): number;
  /**
   * Call it once the chunks have ended. Returns what `headOf` needs to know of this part, and the next group.
   */
  finish(): { readonly index: string; readonly next: number };
};

/** The groups `[from, to)` of an output that can be divided; any other is group 0. */
export type Span = { readonly from: number; readonly to: number };

export type BodyContext = ObjectContext & EngineContext & { isTimeUp(): boolean };
