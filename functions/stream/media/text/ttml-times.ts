/**
 * Returns a time expression of TTML (TTML2 §12.3.1) in the form that imsc reads, from the forms that are in the wild:
 * hours of one digit or none, a comma, no unit for seconds. Null for what is no time.
 */
export function timeExpression(value: string): string | null {
  const text = value.trim().replace(',', '.').replace(';', ':');
  const [, number, unit = 's'] = /^(\d{1,12}(?:\.\d{1,12})?)(h|m|s|ms|f|t)?$/.exec(text) ?? [];
  if (number !== undefined) return `${number}${unit}`;
  const [, hours = '0', minutes, seconds, rest = ''] = CLOCK.exec(text) ?? [];
  if (minutes === undefined || seconds === undefined) return null;
  const [h, m, s] = [hours, minutes, seconds].map((part) => part.padStart(2, '0'));
  return `${h}:${m}:${s}${rest}`;
}

/** Hours, minutes and seconds, with a fraction or a number of frames, of which imsc reads no parts. */
const CLOCK = /^(?:(\d{1,9}):)?(\d{1,2}):(\d{1,2})(\.\d{1,12}|:\d{2,3})?(?:\.\d{1,3})?$/;
