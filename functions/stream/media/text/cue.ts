import { Problem, unsupported } from '../../base/problem.ts';

/** A text that is shown for some time of the film. */
export type Cue = {
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** Text of a WebVTT cue: escaped, with the tags that WebVTT has. */
  readonly text: string;
  /** WebVTT cue settings, such as `line:0 align:start`; empty for none. */
  readonly settings: string;
};

export type ParsedText = {
  readonly cues: readonly Cue[];
  /** Cues left out since they are broken. */
  readonly skipped: number;
};

/** The most cues of one text track: a film of two hours has about 1,500, karaoke some ten thousand. */
export const MAX_CUES = 100_000;

/** The most bytes of one text file: a film of two hours has about 100 KB, with fonts inside some megabytes. */
export const MAX_TEXT_BYTES = 10_000_000;

export const tooManyCues = () =>
  new Problem('too-large', `The text track has more than ${MAX_CUES.toLocaleString('en')} cues.`);

export const textTooLong = () =>
  new Problem('too-large', `The text track has more than ${MAX_TEXT_BYTES.toLocaleString('en')} bytes.`);

/** The most time for one text track; a large one needs a tenth of it. */
export const MOST_TEXT_MILLISECONDS = 5_000;

export const textTooComplex = (options?: ErrorOptions) =>
  unsupported('The text track is too complex to be read.', options);

/** Throws `too-large` for more cues, or more bytes of them together, than one text track may have. */
export function refuseLongText(cues: number, bytes: number): void {
  if (cues > MAX_CUES) throw tooManyCues();
  if (bytes > MAX_TEXT_BYTES) throw textTooLong();
}
