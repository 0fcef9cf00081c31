import { expect } from 'chai';
import type { ParsedText } from '../../../functions/stream/media/text/cue.ts';

/** Start, end, text, and settings where there are any. */
export type Expected = readonly [startSeconds: number, endSeconds: number, text: string, settings?: string];

/** Compares all of what was read. */
export function expectCues(parsed: ParsedText, cues: readonly Expected[], skipped = 0): void {
  expect(parsed).to.deep.equal({
    cues: cues.map(([startSeconds, endSeconds, text, settings = '']) => ({
      startSeconds,
      endSeconds,
      text,
      settings,
    })),
    skipped,
  });
}
