import { badParameter } from '../base/problem.ts';
import type { TextFormat } from '../media/text/formats.ts';
import { textZeroSeconds } from './offer.ts';
import type { PlanInput } from './plan-input.ts';
import type { TextTrack } from './text-tracks.ts';

/** Subtitles that are drawn into video: one version of them. */
export type BurntText =
  | { readonly kind: 'track'; readonly index: number }
  | { readonly kind: 'file'; readonly key: string; readonly etag: string; readonly format: TextFormat };

export type Burnt = {
  readonly text: BurntText;
  /** Is raised when the same text is drawn in another way. */
  readonly version: 1;
  /** What the clock of the text shows at the output's first frame. */
  readonly startSeconds: number;
  /** Seconds of the text in a second of the output. */
  readonly factor: number;
};

/** Returns the track of this name. Throws `bad-parameter` for none, and for one without text. */
export function burntTrack(tracks: readonly TextTrack[], id: string): TextTrack {
  const track = tracks.find((each) => each.id === id);
  if (track === undefined) {
    const ids = tracks.filter(({ whyNot }) => whyNot === null).map((each) => each.id);
    const there = ids.length === 0 ? 'there are no subtitles' : `there is ${ids.join(', ')}`;
    throw badParameter(`The parameter "burn" names no subtitles of this file: ${there}.`);
  }
  if (track.whyNot === null) return track;
  throw badParameter(`The parameter "burn" must not be ${id}: ${track.whyNot}.`);
}

/** Returns how the text that was found is drawn into an output; undefined for none. */
export function burntInto({ media, parameters, burnt }: PlanInput): Burnt | undefined {
  if (burnt === undefined) return undefined;
  const { startSeconds, speed } = parameters;
  return { text: burnt, version: 1, startSeconds: textZeroSeconds(media) + startSeconds, factor: speed };
}
