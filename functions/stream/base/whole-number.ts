import * as v from 'valibot';

/** Returns the schema of a whole number as text of at most 12 digits, both bounds included. */
export function wholeText(least: number, most: number) {
  const message = `must be a whole number between ${least} and ${most}`;
  return v.pipe(
    v.string(message),
    v.regex(/^\d{1,12}$/, message),
    v.transform(Number),
    v.number(),
    v.integer(),
    v.minValue(least, message),
    v.maxValue(most, message),
  );
}

/**
 * Returns the schema of a setting that is a whole number, both bounds included; `fallback` if it is not set.
 */
export function wholeNumber(fallback: number, least: number, most: number) {
  return v.optional(wholeText(least, most), String(fallback));
}
