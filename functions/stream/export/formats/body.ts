import type { Engine } from '../../engine/ffmpeg.ts';
import type { ObjectContext } from '../../http/original.ts';
import type { Probed } from '../../media/probe/probe.ts';

/** A part of a file while it is made: all but what stands in front, which follows from what was made. */
export type Body = {
  /** Ends, or breaks. Where there is no time left, it may end early, at a place that another can go on from. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Of the result, so far. */
  secondsDone(): number;
  /** Once the chunks have ended: what `headOf` is told of this part, and the group that comes next. */
  finish(): { readonly index: string; readonly next: number };
};

/** Groups `[from, to)` of what can be divided; all of one piece is group 0. */
export type Span = { readonly from: number; readonly to: number };

export type BodyContext = ObjectContext & {
  readonly probed: Probed;
  readonly engine: Engine;
  isTimeUp(): boolean;
};
