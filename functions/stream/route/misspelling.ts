/**
 * In letters: a shorter name is too common to count as a misspelling, or to be refused outside its own route.
 */
export const LEAST_TELLING = 5;

/**
 * Returns whether a parameter was meant to be `own`: it is the same but for capitals, or one letter is wrong,
 * missing, too many or swapped with its neighbour. In names of six letters and more two such mistakes count,
 * if the first letter is right (`light` is not `height`). The edge runs this code too, in a runtime without
 * destructuring and for-of.
 */
export function isMisspelling(name: string, own: string): boolean {
  if (own.length < LEAST_TELLING || Math.abs(name.length - own.length) > 2) return false;
  const given = name.toLowerCase();
  const slips = slipsBetween(given, own);
  return slips < 2 || (slips === 2 && own.length > LEAST_TELLING && given.charAt(0) === own.charAt(0));
}

/** Returns the optimal string alignment distance: Levenshtein's, with a swap of neighbours as one step. */
function slipsBetween(given: string, own: string): number {
  const rows: number[][] = [];
  for (let i = 0; i <= given.length; i++) {
    const row = [i];
    for (let j = 1; j <= own.length; j++) {
      if (i === 0) {
        row.push(j);
        continue;
      }
      const differs = given.charAt(i - 1) === own.charAt(j - 1) ? 0 : 1;
      let least = Math.min(at(rows, i - 1, j) + 1, (row[j - 1] || 0) + 1, at(rows, i - 1, j - 1) + differs);
      const isSwap =
        i > 1 &&
        j > 1 &&
        given.charAt(i - 1) === own.charAt(j - 2) &&
        given.charAt(i - 2) === own.charAt(j - 1);
      if (isSwap) least = Math.min(least, at(rows, i - 2, j - 2) + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return at(rows, given.length, own.length);
}

function at(rows: readonly (readonly number[])[], i: number, j: number): number {
  const row = rows[i];
  return row === undefined ? 0 : row[j] || 0;
}
