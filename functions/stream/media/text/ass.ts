import { parse } from 'ass-compiler';
import { roundedSeconds } from '../../base/rounded-seconds.ts';
import { type AssHeader, readAssHeader } from './ass-header.ts';
import { boundedRun } from './bounded-run.ts';
import { type Cue, MAX_CUES, type ParsedText, tooManyCues } from './cue.ts';
import { linesOf } from './lines.ts';
import { cueText, type Run, type Style } from './markup.ts';
import { keyOfSsa, settingsAtPoint, settingsOfKey } from './positions.ts';

export type CueText = { readonly text: string; readonly settings: string };

/**
 * Reads ASS or SSA: what is said, in bold, italics and underlined, at the place that WebVTT has for it. Drawings,
 * colours, fonts and effects are left out. Throws `too-large`, and `unsupported-media` if it takes too long.
 */
export function parseAss(text: string): ParsedText {
  const lines = linesOf(text);
  const header = readAssHeader(lines);
  const dialogues = lines.filter((line) => DIALOGUE.test(line));
  if (dialogues.length > MAX_CUES) throw tooManyCues();
  return boundedRun(() => readDialogues(header, dialogues));
}

const DIALOGUE = /^\s{0,9}Dialogue\s{0,9}:/i;

function readDialogues(header: AssHeader, dialogues: readonly string[]): ParsedText {
  const cues = new Map<string, Cue>();
  let skipped = 0;
  for (let i = 0; i < dialogues.length; i += BATCH) {
    const batch = dialogues.slice(i, i + BATCH).map((line) => line.slice(line.indexOf(':') + 1));
    for (const event of parseEvents(header.format, batch)) {
      const cue = cueOf(header, event);
      if (cue === null) skipped++;
      // Outlines and shadows are drawn by the same text in several layers.
      else cues.set(JSON.stringify(cue), cue);
    }
  }
  return { cues: [...cues.values()], skipped };
}

/** Dialogues that are parsed together, since the library spends some time on the format each time. */
const BATCH = 500;

/** Returns null for a dialogue that is broken. */
function cueOf(header: AssHeader, event: Event | null): Cue | null {
  const { Start: start = Number.NaN, End: end = Number.NaN, Text } = { ...event };
  if (event === null || Text === undefined || !(end >= start)) return null;
  return {
    startSeconds: roundedSeconds(start),
    endSeconds: roundedSeconds(end),
    ...eventText(header, event),
  };
}

/**
 * Converts a block of Matroska (S_TEXT/ASS, S_TEXT/SSA), which has the fields `ReadOrder, Layer, Style, Name,
 * MarginL, MarginR, MarginV, Effect, Text`; `header` is the track's private data. The text is empty if the block
 * shows none.
 */
export function assCueText(header: string, block: string): CueText {
  return assBlocks(header)(block);
}

/** Returns `assCueText` of one header, which is read once. */
export function assBlocks(header: string): (block: string) => CueText {
  const styles = readAssHeader(linesOf(header));
  return (block) => {
    if (block.length > MOST_CHARACTERS) return { text: '', settings: '' };
    const [event] = parseEvents(BLOCK_FORMAT, [linesOf(block.trim()).join('\\N')]);
    return event ? eventText(styles, event) : { text: '', settings: '' };
  };
}

/** No block that shows text is longer. */
const MOST_CHARACTERS = 100_000;
const BLOCK_FORMAT = 'ReadOrder, Layer, Style, Name, MarginL, MarginR, MarginV, Effect, Text';

type Event = Partial<ReturnType<typeof parse>['events']['dialogue'][number]>;

type Tag = NonNullable<Event['Text']>['parsed'][number]['tags'][number];

/** Returns the events of lines without what they begin with; null for one that the library cannot read. */
function parseEvents(format: string, lines: readonly string[]): (Event | null)[] {
  const dialogues = lines.map((fields) => `Dialogue: ${tamed(fields)}`);
  try {
    return parse(['[Events]', `Format: ${format}`, ...dialogues].join('\n')).events.dialogue;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return lines.length === 1 ? [null] : lines.flatMap((line) => parseEvents(format, [line]));
  }
}

/**
 * Prepares a line for ass-compiler: spaces in a row, line separators and braces without a partner make its
 * expressions slow or fail, and `\i` alone, which ends italics, is unknown to it.
 */
function tamed(fields: string): string {
  const line = fields
    .replace(/[ \t\n\v\f\r\u2028\u2029]+/g, ' ')
    .replace(/\s{10,}/g, ' ')
    .replaceAll('\\{', OPENING)
    .replace(/\\([biu])(?=[\\}])/g, '\\$10');
  const end = line.lastIndexOf('}') + 1;
  return line.slice(0, end) + line.slice(end).replaceAll('{', OPENING);
}

/** Stands for a brace that is text. */
const OPENING = '\ue07b';

function eventText(header: AssHeader, event: Event): CueText {
  const style = header.styleOf(event.Style ?? '');
  let key: number | null = null;
  let point: readonly [x: number, y: number] | null = null;
  let isDrawing = false;
  let styles: readonly Style[] = style.styles;
  const runs: Run[] = [];
  for (const { tags, text } of event.Text?.parsed ?? []) {
    for (const tag of tags) {
      key ??= tag.an ?? (tag.a === undefined ? null : keyOfSsa(tag.a));
      point ??= pointOf(tag);
      if (tag.p !== undefined) isDrawing = tag.p > 0;
      if (tag.r !== undefined) styles = tag.r === '' ? style.styles : header.styleOf(tag.r).styles;
      if (tag.i !== undefined) styles = switched(styles, 'i', tag.i > 0);
      if (tag.u !== undefined) styles = switched(styles, 'u', tag.u > 0);
      if (tag.b !== undefined) styles = switched(styles, 'b', isBold(tag.b));
    }
    // ass-compiler leaves the text of drawings out in all but some cases.
    if (!isDrawing && text) runs.push({ text: spoken(text, header.breaksAtSmallN), styles });
  }
  const text = cueText(runs);
  return { text, settings: settingsOf(header, key ?? style.key, point, text) };
}

function switched(styles: readonly Style[], style: Style, isOn: boolean): readonly Style[] {
  const others = styles.filter((each) => each !== style);
  return isOn ? [...others, style] : others;
}

/** `\b` is followed by 0, 1 or a weight. */
function isBold(value: number): boolean {
  return value === 1 || value >= 600;
}

function spoken(text: string, breaksAtSmallN: boolean): string {
  return text
    .replaceAll('\\N', '\n')
    .replaceAll('\\n', breaksAtSmallN ? '\n' : ' ')
    .replaceAll('\\h', '\u00a0')
    .replaceAll(OPENING, '{');
}

/** Returns where the text is at first. */
function pointOf({ pos, move }: Tag): readonly [x: number, y: number] | null {
  const [x, y] = pos ?? move ?? [];
  return Number.isFinite(x) && Number.isFinite(y) ? [Number(x), Number(y)] : null;
}

function settingsOf(
  { width, height }: AssHeader,
  key: number,
  point: readonly [x: number, y: number] | null,
  text: string,
): string {
  if (point === null) return settingsOfKey(key);
  const [x, y] = point;
  return settingsAtPoint(key, (100 * x) / width, (100 * y) / height, text.split('\n').length);
}
