import { type Cue, MAX_CUES, type ParsedText, tooManyCues } from './cue.ts';
import { resolveEntities } from './entities.ts';
import { linesOf } from './lines.ts';
import { cueText, type Run, type Style } from './markup.ts';
import { keyOfSsa, settingsOfKey } from './positions.ts';
import { parseTimingLine, type TimingLine } from './timing-line.ts';
import { validSettings } from './webvtt-settings.ts';

/**
 * Reads SRT as it is in the wild: a cue is what stands between two lines with times, whatever is numbered and
 * however many blank lines there are. Times may be negative, and cues in any order. Throws `too-large`.
 */
export function parseSrt(text: string): ParsedText {
  const lines = linesOf(text);
  const timings = timingsOf(lines);
  const numbers = numbersOf(lines, timings);
  const cues: Cue[] = [];
  let skipped = 0;
  for (const [i, { index, timing }] of timings.entries()) {
    if (timing === 'broken' || timing.endSeconds < timing.startSeconds) {
      skipped++;
      continue;
    }
    const end = numbers[i + 1] ?? timings[i + 1]?.index ?? lines.length;
    const { startSeconds, endSeconds, rest } = timing;
    const { text, settings } = srtCueText(lines.slice(index + 1, end).join('\n'));
    cues.push({ startSeconds, endSeconds, text, settings: settings || validSettings(rest) });
  }
  return { cues, skipped };
}

type Timing = { readonly index: number; readonly timing: TimingLine | 'broken' };

function timingsOf(lines: readonly string[]): Timing[] {
  const timings: Timing[] = [];
  for (const [index, line] of lines.entries()) {
    const timing = parseTimingLine(line);
    if (timing === null) continue;
    if (timings.length === MAX_CUES) throw tooManyCues();
    timings.push({ index, timing });
  }
  return timings;
}

/**
 * Finds the line of each cue's number, null for a cue without one. A line of digits directly before the times is a
 * number behind a blank line, or in a file that has such numbers; any other is one if it is the number that comes
 * next, since some files have a blank line behind each line.
 */
function numbersOf(lines: readonly string[], timings: readonly Timing[]): (number | null)[] {
  const isNumbered = timings.some(
    ({ index }) => isNumber(lines[index - 1]) && (lines[index - 2] ?? '').trim() === '',
  );
  let before: number | null = null;
  let floor = -1;
  return timings.map(({ index }, i) => {
    let at = index - 1;
    while (at > floor && lines[at]?.trim() === '') at--;
    floor = index;
    const value = Number(lines[at]);
    const isOne = isNumber(lines[at]) && (at === index - 1 ? isNumbered : i === 0 || value - 1 === before);
    if (isOne) before = value;
    else if (before !== null) before++;
    return isOne ? at : null;
  });
}

function isNumber(line: string | undefined): boolean {
  return line !== undefined && line.length < 20 && /^\s*\d{1,9}\s*$/.test(line);
}

/**
 * Converts the text of an SRT cue, of a Matroska block (S_TEXT/UTF8) or of a tx3g sample: `<i>`, `<b>` and `<u>`
 * stay, in `{\an8}` as in ASS is the place, and other tags of HTML and ASS are removed. What is no such tag is text.
 */
export function srtCueText(text: string): { readonly text: string; readonly settings: string } {
  const runs: Run[] = [];
  const styles = new Set<Style>();
  let settings: string | null = null;
  let from = 0;
  const add = (part: string) => runs.push({ text: part, styles: [...styles] });
  for (const match of text.matchAll(TOKENS)) {
    add(text.slice(from, match.index));
    from = match.index + match[0].length;
    const { slash, name = '', tags, single, entity, escaped } = match.groups ?? {};
    if (entity !== undefined) add(resolveEntities(match[0]));
    else if (escaped !== undefined) add(ESCAPES[escaped] ?? match[0]);
    else if (tags !== undefined) settings ??= applyTags(tags, styles);
    else if (single !== undefined) for (const style of single.split(',')) setStyle(styles, style, true);
    else if (!applyHtml(name.toLowerCase(), slash === '', styles)) add(match[0]);
    else if (name.toLowerCase() === 'br') add('\n');
  }
  add(text.slice(from));
  return { text: cueText(runs), settings: settings ?? '' };
}

/** Tags of HTML, override tags of ASS, `{y:i}` of MicroDVD, entities, and escapes of ASS that converters leave. */
const TOKENS = new RegExp(
  [
    '< {0,2}(?<slash>/?) {0,2}(?<name>[a-z]{1,9})(?:[\\s/.][^<>]*)?>',
    '\\{\\\\(?<tags>[^{}]*)\\}',
    '\\{(?:y:(?<single>[^{}]{1,9})|[cfsp]:[^{}]{0,40})\\}',
    '&(?<entity>[a-z]{2,5}|#\\d{1,7}|#x[\\da-f]{1,6});',
    '\\\\(?<escaped>[nh])',
  ].join('|'),
  'gi',
);

/** Override tags that converters from ASS leave. */
const ESCAPES: Readonly<Record<string, string>> = { N: '\n', h: '\u00a0' };

const STYLES: Readonly<Record<string, Style>> = { i: 'i', em: 'i', b: 'b', strong: 'b', u: 'u' };
const OTHERS = new Set('br,font,span,p,div,center,small,big,s,strike,del,c,v,lang,ruby,rt,a'.split(','));

/** Returns whether it is a tag. */
function applyHtml(name: string, isOpen: boolean, styles: Set<Style>): boolean {
  return setStyle(styles, name, isOpen) || OTHERS.has(name);
}

function setStyle(styles: Set<Style>, name: string, isOn: boolean): boolean {
  const style = Object.hasOwn(STYLES, name) ? STYLES[name] : undefined;
  if (style === undefined) return false;
  if (isOn) styles.add(style);
  else styles.delete(style);
  return true;
}

/** Applies what stands between `{\` and `}`; returns the settings of its place, or null for none. */
function applyTags(tags: string, styles: Set<Style>): string | null {
  let settings: string | null = null;
  for (const tag of tags.split('\\')) {
    const [, name, digits] = /^\s*(an?|[ibu])\s?(\d{1,3})/.exec(tag) ?? [];
    if (name === 'an') settings ??= settingsOfKey(Number(digits));
    else if (name === 'a') settings ??= settingsOfKey(keyOfSsa(Number(digits)));
    else if (name !== undefined) setStyle(styles, name, digits !== '0');
  }
  return settings;
}
