import type { TextBlock } from '../model/text-block.ts';
import type { Cue } from './cue.ts';
import { resolveEntities } from './entities.ts';
import { linesOf } from './lines.ts';

/** The pixels in which a script's sizes and positions are. */
export type ScriptSize = { readonly width: number; readonly height: number };

/** Writes cues as an ASS script, in the places and styles that WebVTT has. `font` is the family of its letters. */
export function writeScript(cues: readonly Cue[], { width, height }: ScriptSize, font: string): string {
  // Letters of an upright video are not larger than those of a wide one that is as wide.
  const size = Math.max(1, Math.round(Math.min(height, width * 0.75) * LETTERS));
  const margin = Math.round(Math.min(width, height) * MARGIN);
  const style = [
    ...['Default', font, size, WHITE, WHITE, BLACK, BLACK, 0, 0, 0, 0, 100, 100, 0, 0],
    ...[1, (size / 14).toFixed(1), 0, 2, margin, margin, margin, BY_FIRST_LETTER],
  ];
  return [
    '[Script Info]',
    'ScriptType: v4.00+',
    'WrapStyle: 0',
    'ScaledBorderAndShadow: yes',
    `PlayResX: ${width}`,
    `PlayResY: ${height}`,
    '[V4+ Styles]',
    `Format: ${STYLE_FORMAT}`,
    `Style: ${style.join(',')}`,
    ...eventHeader(),
    ...cues.map((cue) => {
      const place = placeOf(cue.settings, { width, height, margin });
      return dialogue(cue, `0,`, `Default,,0,0,0,,${place}${scriptText(cue.text)}`);
    }),
    '',
  ].join('\n');
}

/**
 * Puts the blocks of Matroska (S_TEXT/ASS, S_TEXT/SSA) back into the script that they were taken from; `header` is the
 * track's private data. The blocks' times are in seconds of the script.
 */
export function joinScript(
  header: string,
  blocks: readonly (Pick<TextBlock, 'data'> & {
    readonly startSeconds: number;
    readonly endSeconds: number;
  })[],
): string {
  const lines = linesOf(withoutZeros(header));
  const events = lines.findIndex((line) => /^\s{0,9}\[Events\]/i.test(line));
  return [
    withStyles((events === -1 ? lines : lines.slice(0, events)).join('\n')),
    ...eventHeader(),
    ...blocks.flatMap((block) => {
      const text = linesOf(withoutZeros(new TextDecoder().decode(block.data)).trim()).join('\\N');
      // ReadOrder, layer, and what is the same in a script.
      const [, layer, rest] = /^[^,]*,([^,]*),(.*)$/s.exec(text) ?? [];
      return layer === undefined || rest === undefined ? [] : [dialogue(block, `${layer},`, rest)];
    }),
    '',
  ].join('\n');
}

/** A script ends for libass at the first zero, with which some programs end every block. */
function withoutZeros(text: string): string {
  return text.replaceAll('\0', '');
}

/** Returns a script with a section of styles, without which libass takes none. */
export function withStyles(script: string): string {
  return /^[ \t]*\[V4\+? Styles\]/im.test(script) ? script : `[V4+ Styles]\n${script}`;
}

/** Of the height. */
const LETTERS = 0.065;
const MARGIN = 0.05;
const [WHITE, BLACK] = ['&H00FFFFFF', '&H00000000'];

/** libass's word for text that runs in the direction of its first letter, as in WebVTT, and not always to the right. */
const BY_FIRST_LETTER = -1;

const STYLE_FORMAT =
  'Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, ' +
  'StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, ' +
  'Encoding';

function eventHeader(): string[] {
  return ['[Events]', 'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text'];
}

function dialogue(
  { startSeconds, endSeconds }: { readonly startSeconds: number; readonly endSeconds: number },
  layer: string,
  rest: string,
): string {
  return `Dialogue: ${layer}${scriptTime(startSeconds)},${scriptTime(endSeconds)},${rest}`;
}

/** libass counts milliseconds in 31 bits. */
const MOST_SECONDS = 500 * 3_600;

/** Hundredths of a second, the finest that a script has. */
function scriptTime(seconds: number): string {
  const hundredths = Math.round(Math.min(MOST_SECONDS, Math.max(0, seconds)) * 100);
  const digits = (value: number) => String(value).padStart(2, '0');
  const whole = Math.floor(hundredths / 100);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return `${hours}:${digits(minutes)}:${digits(whole % 60)}.${digits(hundredths % 100)}`;
}

/** Tags, entities, and the text between them, of a WebVTT cue as it is written here. */
const TOKENS = /<[^<>]*>|&[^;&\s]{1,9};|[^<&]+|[<&]/g;

function scriptText(text: string): string {
  return [...text.matchAll(TOKENS)].map(([token]) => scriptToken(token)).join('');
}

function scriptToken(token: string): string {
  if (!token.startsWith('<') || token.length === 1) return escapeScript(resolveEntities(token));
  const [, slash, style] = /^<(\/?)([biu])[.\s>]/.exec(token) ?? [];
  return style === undefined ? '' : `{\\${style}${slash === '' ? 1 : 0}}`;
}

/** No text begins an override, a line or a drawing: a backslash means nothing before what joins words. */
function escapeScript(text: string): string {
  return withoutZeros(text)
    .replaceAll('\\', '\\\u2060')
    .replaceAll('{', '\\{')
    .replaceAll('}', '\\}')
    .replaceAll(/[\r\n]+/g, '\\N');
}

type Frame = ScriptSize & { readonly margin: number };

const COLUMNS: Readonly<Record<string, number>> = { start: 0, left: 0, end: 2, right: 2 };

/** Returns the override that puts a cue where its WebVTT settings have it; empty for the place of most. */
function placeOf(settings: string, { width, height, margin }: Frame): string {
  if (settings === '') return '';
  const values = new Map(settings.split(' ').map((each) => each.split(':') as [string, string | undefined]));
  const column = COLUMNS[values.get('align') ?? ''] ?? 1;
  const [line = ''] = values.get('line')?.split(',') ?? [];
  const position = Number.parseFloat(values.get('position') ?? '');
  const lines = Number.parseFloat(line);
  // Rows of the numeric keypad from the bottom.
  const row = Number.isNaN(lines) || lines < 0 ? 0 : line === MIDDLE ? 1 : 2;
  const isAtTop = row === 2 && lines === 0;
  const anchor = `\\an${row * 3 + column + 1}`;
  if (Number.isNaN(position) && (row !== 2 || isAtTop)) return `{${anchor}}`;
  const x = Number.isNaN(position)
    ? ([margin, width / 2, width - margin][column] ?? width / 2)
    : (width * position) / 100;
  const down = line.endsWith('%') ? (height * lines) / 100 : margin + lines * height * LINE;
  const y = [height - margin, height / 2, isAtTop ? margin : down][row] ?? height;
  return `{${anchor}\\pos(${Math.round(x)},${Math.round(Math.min(y, height - margin))})}`;
}

/** How the readers of cues write the middle. */
const MIDDLE = '50%';
/** The height of a line, of the video's. */
const LINE = LETTERS * 1.2;
