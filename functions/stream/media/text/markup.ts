/** Tags that WebVTT shares with SRT, ASS and TTML. */
export type Style = 'b' | 'i' | 'u';

/** Plain text, with line breaks, in the styles that were switched on for it, in their order. */
export type Run = { readonly text: string; readonly styles: readonly Style[] };

/**
 * Writes runs as the text of a WebVTT cue (W3C WebVTT §4.2.2): escaped, every tag closed where it was opened, no
 * blank lines, which would end the cue, and no spaces where they are not shown.
 */
export function cueText(runs: Iterable<Run>): string {
  const open: Style[] = [];
  let out = '';
  let space = '';
  let isShown = false;
  const closeTo = (depth: number) => {
    while (open.length > depth) out += `</${open.pop()}>`;
  };
  for (const { text, styles } of runs) {
    for (const [token] of text.replace(CONTROLS, '').matchAll(TOKENS)) {
      if (isSpace(token)) {
        if (out !== '') space = token.includes('\n') ? '\n' : space || ' ';
        continue;
      }
      const ended = open.findIndex((style) => !styles.includes(style));
      if (ended >= 0) closeTo(ended);
      out += space;
      space = '';
      for (const style of styles) {
        if (open.includes(style)) continue;
        open.push(style);
        out += `<${style}>`;
      }
      out += escapeText(token);
      isShown ||= /\S/.test(token);
    }
  }
  closeTo(0);
  return isShown ? out : '';
}

/** Escapes what begins a tag, an entity, or, in `-->`, a cue. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Spaces that WebVTT does not show more than once; no-break and ideographic spaces stay. */
const TOKENS = /[ \t\n\r\f\v]+|[^ \t\n\r\f\v]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed.
const CONTROLS = /[\0-\x08\x0e-\x1f\x7f\ufeff]/g;

function isSpace(token: string): boolean {
  return token.charCodeAt(0) <= 32;
}
