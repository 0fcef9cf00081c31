import { Problem } from '../../functions/stream/base/problem.ts';
import { assCueText } from '../../functions/stream/media/text/ass.ts';
import { joinScript, writeScript } from '../../functions/stream/media/text/ass-script.ts';
import type { Cue } from '../../functions/stream/media/text/cue.ts';
import {
  parseText,
  scriptOf,
  TEXT_FORMATS,
  type TextFormat,
} from '../../functions/stream/media/text/formats.ts';
import { srtCueText } from '../../functions/stream/media/text/srt.ts';
import { writeWebVtt } from '../../functions/stream/media/text/webvtt.ts';
import { hold, type Target } from './target.ts';

/** The parsers of text tracks, each with every input, and the writer with what they read. */
export const text: Target = {
  async run(bytes) {
    for (const format of Object.keys(TEXT_FORMATS) as TextFormat[]) await readAndWrite(bytes, format);
    const block = bytes.toString('utf8');
    holdText(srtCueText(block).text);
    holdText(assCueText(block, block).text);
    const joined = dialoguesOf(joinScript(block, [{ startSeconds: 0, endSeconds: 1, data: bytes }]));
    hold(joined <= 1, 'a block is several dialogues');
  },
};

async function readAndWrite(bytes: Buffer, format: TextFormat): Promise<void> {
  try {
    const { cues, skipped } = await parseText(bytes, format);
    hold(Number.isInteger(skipped) && skipped >= 0, 'the number of broken cues');
    for (const [i, cue] of cues.entries()) holdCue(cue, cues[i - 1]);
    const dialogues = dialoguesOf(writeScript(cues, { width: 640, height: 360 }, 'Font'));
    hold(dialogues === cues.length, `${dialogues} dialogues for ${cues.length} cues`);
    hold((await scriptOf(bytes, format))?.includes('\0') !== true, 'a script ends within');
    const written = Buffer.from(writeWebVtt(cues, { mediaSeconds: 0 }));
    const read = await parseText(written, 'webvtt');
    hold(read.skipped === 0, 'a written cue is broken');
    hold(JSON.stringify(read.cues) === JSON.stringify(cues), `${format} changes when it is written and read`);
  } catch (error) {
    if (!(error instanceof Problem) || error.type === 'internal') throw error;
  }
}

/** Returns how many lines libass sees behind the format of a script's events. */
function dialoguesOf(script: string): number {
  hold(!script.includes('\0'), 'a script ends within');
  const lines = script.split(/[\r\n]/);
  return lines.length - lines.lastIndexOf('[Events]') - 3;
}

function holdCue({ startSeconds, endSeconds, text, settings }: Cue, before: Cue | undefined): void {
  hold(startSeconds >= (before?.startSeconds ?? 0), 'a cue is before the previous one');
  hold(endSeconds > startSeconds && Number.isFinite(endSeconds), 'a cue ends before it begins');
  hold(text !== '', 'a cue is empty');
  hold(/^[\w:.,% -]*$/.test(settings), `settings are ${settings}`);
  holdText(text);
}

/** Checks that a text does not end its cue, and that its tags are closed in their order. */
function holdText(text: string): void {
  hold(!/\n[ \t]*\n|^\n|\n$|\r|-->/.test(text), 'a text ends its cue');
  const open: string[] = [];
  for (const [, slash, name = ''] of text.matchAll(/<(\/?)([a-z]+)/g)) {
    if (slash === '') open.push(name);
    else hold(open.pop() === name, `</${name}> closes nothing`);
  }
  hold(open.length === 0, `<${open}> is not closed`);
  hold(
    (text.match(/<\/?(?:[ibuc]|v|rt|ruby|lang)[ .>]/g) ?? []).length === text.split('<').length - 1,
    'a < is text',
  );
}
