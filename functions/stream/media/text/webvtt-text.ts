import { escapeText } from './markup.ts';

/**
 * Returns the text of a WebVTT cue, of so many lines, as a parser by the book would show it: tags nested and closed, what is no tag or
 * entity escaped, unknown tags removed. Timestamps inside are removed as well, since the cue may be shifted.
 */
export function webvttCueText(lines: readonly string[]): string {
  const text = withoutBlanks(lines);
  const open: string[] = [];
  let out = '';
  let from = 0;
  for (const match of text.matchAll(TOKENS)) {
    out += escapeText(text.slice(from, match.index));
    from = match.index + match[0].length;
    const { closed, opened, rest = '' } = match.groups ?? {};
    if (opened !== undefined && TAGS.has(opened) && open.length < MOST_OPEN) {
      open.push(opened);
      out += `<${opened}${attributesOf(opened, rest)}>`;
    } else if (closed !== undefined && open.includes(closed)) {
      let last: string | undefined;
      do {
        last = open.pop();
        out += `</${last}>`;
      } while (last !== closed);
    } else if (match[0].startsWith('&')) {
      out += match[0];
    }
  }
  out += escapeText(text.slice(from));
  while (open.length > 0) out += `</${open.pop()}>`;
  const isShown = /\S/.test(out.replace(/<[^<>]*>/g, ''));
  // Tags that were left out may leave a line blank, which would end the cue.
  return isShown ? withoutBlanks(out.split('\n')) : '';
}

/** Without spaces at both ends; no-break spaces stay, since they are there for a reason. */
function trimmed(line: string): string {
  let [start, end] = [0, line.length];
  while (start < end && line.charCodeAt(start) <= 32) start++;
  while (end > start && line.charCodeAt(end - 1) <= 32) end--;
  return line.slice(start, end);
}

function withoutBlanks(lines: readonly string[]): string {
  return lines
    .map(trimmed)
    .filter((line) => line !== '')
    .join('\n');
}

/** No file nests them deeper. */
const MOST_OPEN = 32;

const TAGS = new Set(['b', 'i', 'u', 'c', 'v', 'lang', 'ruby', 'rt']);
const TOKENS = new RegExp(
  [
    '</(?<closed>[a-z]{0,9})[ \\t\\n]{0,9}>',
    '<(?<opened>[a-z]{1,9})(?<rest>[.\\s][^<>]*)?>',
    '<[\\d:.]{1,40}>',
    '&(?:amp|lt|gt|nbsp|lrm|rlm|#\\d{1,7}|#x[\\da-fA-F]{1,6});',
  ].join('|'),
  'g',
);

/** Classes, and behind a space the speaker or the language, which only `v` and `lang` have. */
function attributesOf(name: string, rest: string): string {
  const space = rest.search(/\s/);
  const classes = (space < 0 ? rest : rest.slice(0, space)).replace(/&/g, '');
  const annotation =
    space < 0
      ? ''
      : rest
          .slice(space)
          .replace(/\s{1,1000}/g, ' ')
          .trim();
  const hasAnnotation = annotation !== '' && (name === 'v' || name === 'lang');
  return `${classes}${hasAnnotation ? ` ${escapeText(annotation)}` : ''}`;
}
