/**
 * Returns the WebVTT settings of the nine places that `\an1` to `\an9` of ASS have, as on a numeric keypad. The
 * bottom centre is where players show a cue without settings.
 */
export function settingsOfKey(key: number): string {
  const [row, column] = placeOf(key);
  return joined([['', 'line:50%', 'line:0'][row], ALIGNMENTS[column]]);
}

/**
 * Returns the settings of so many lines of text that touch a point with the edge, corner or centre that the key
 * names. `x` and `y` are percentages of the frame.
 */
export function settingsAtPoint(key: number, x: number, y: number, lines: number): string {
  const [row, column] = placeOf(key);
  const height = Math.min(100, lines * LINE_PERCENT);
  const top = y - (1 - row / 2) * height;
  // WebVTT counts from the top of the text, and its own place at the bottom is the better one near it.
  const isAtBottom = row === 0 && y > 90;
  const line = isAtBottom ? '' : `line:${within(top, 0, 100 - height)}%`;
  const isCentred = column === 1 && Math.abs(x - 50) < 2;
  return joined([line, isCentred ? '' : `position:${within(x, 0, 100)}%`, ALIGNMENTS[column]]);
}

/** The height of a line: WebVTT's letters have 5 % of the frame. */
const LINE_PERCENT = 6;

const ALIGNMENTS = ['align:start', '', 'align:end'];

/** Row from the bottom and column from the left, from 0; the bottom centre for a number that is no key. */
function placeOf(key: number): readonly [row: number, column: number] {
  return Number.isInteger(key) && key >= 1 && key <= 9 ? [Math.floor((key - 1) / 3), (key - 1) % 3] : [0, 1];
}

function within(value: number, least: number, most: number): number {
  return Math.round(Math.min(most, Math.max(least, value)));
}

function joined(settings: readonly (string | undefined)[]): string {
  return settings.filter((setting) => setting).join(' ');
}

/**
 * Returns the place on the keypad of SSA's older numbers: 1 to 3 at the bottom, +4 at the top, +8 in the middle.
 */
export function keyOfSsa(alignment: number): number {
  const column = alignment & 3;
  return column === 0 ? 2 : ([0, 6, 3][alignment >> 2] ?? 0) + column;
}
