import { expect } from 'chai';
import { parseText, type TextFormat } from '../../../functions/stream/media/text/formats.ts';

const M = 1_000_000;
const SRT = '1\n00:00:01,000 --> 00:00:02,000\n';
const VTT = 'WEBVTT\n\n00:01.000 --> 00:02.000\n';
const ASS = '[Events]\nFormat: Start, End, Effect, Text\nDialogue: 0:0:1,0:0:2,';
const TTML = '<tt><body><div><p begin="1s" end="2s">';

/** Lines of a megabyte that an expression with backtracking would take minutes for. */
const LINES: readonly (readonly [format: TextFormat, beginning: string, repeated: string, cues: number])[] = [
  ['srt', SRT, '<', 1],
  ['srt', SRT, '<i ', 1],
  ['srt', SRT, '{\\', 1],
  ['srt', SRT, '&#', 1],
  ['srt', SRT, '1 : ', 1],
  ['srt', SRT, '\r', 0],
  ['srt', SRT, ' \t', 0],
  ['srt', '', '1:1 -->', 0],
  ['webvtt', VTT, '<c>', 0],
  ['webvtt', VTT, '<v ', 1],
  ['webvtt', 'WEBVTT\n\n00:01.000 --> 00:02.000 ', 'line:0,', 0],
  ['ass', `${ASS},`, '{', 1],
  ['ass', `${ASS},`, '\u00a0', 0],
  ['ass', `${ASS},a{\\t(`, ' ', 1],
  ['ass', `${ASS}`, ' ;', 0],
  ['ass', `${ASS},{\\p1}`, '1e', 0],
  ['ttml', TTML, '<!--', 0],
  ['ttml', TTML, '<a "', 0],
  ['ttml', TTML, '&a', 1],
  ['ttml', `${TTML}a</p><p tts:textShadow="`, '(', 1],
];

describe('A line of a megabyte', () => {
  for (const [format, beginning, repeated, count] of LINES) {
    it(`ends in ${format}: ${JSON.stringify(beginning.slice(-8) + repeated)}`, async () => {
      const file = beginning + repeated.repeat(M / repeated.length);
      expect((await parseText(Buffer.from(file), format)).cues).to.have.length(count);
    });
  }
});
