/**
 * WebVTT settings of the nine places that `\an1` to `\an9` of ASS have, as on a numeric keypad. The bottom centre is
 * where players show a cue without settings.
 */
export function settingsOfKey(key: number): string {
  if (key < 1 || key > 9) return '';
  const [row, column] = [Math.floor((key - 1) / 3), (key - 1) % 3];
  return [['', 'line:50%', 'line:0'][row], ['align:start', '', 'align:end'][column]]
    .filter((setting) => setting !== undefined && setting !== '')
    .join(' ');
}

/**
 * Returns the place on the keypad of SSA's older numbers: 1 to 3 at the bottom, +4 at the top, +8 in
 * the middle.
 */
export function keyOfSsa(alignment: number): number {
  const [row, column] = [alignment >> 2, alignment & 3];
  return column === 0 ? 2 : ([0, 6, 3][row] ?? 0) + column;
}
