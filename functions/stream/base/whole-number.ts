import * as v from 'valibot';

/** A setting that is a whole number, both bounds included; `fallback` where it is not set. */
export function wholeNumber(fallback: number, least: number, most: number) {
  const message = `must be a whole number between ${least} and ${most}`;
  return v.optional(
    v.pipe(
      v.string(message),
      v.regex(/^\d{1,12}$/, message),
      v.transform(Number),
      v.minValue(least, message),
      v.maxValue(most, message),
    ),
    String(fallback),
  );
}
