/** The line of an SRT cue that has its times, in seconds, which may be negative and in any order. */
export type TimingLine = {
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** The text behind the times: settings of a WebVTT cue, or coordinates. */
  readonly rest: string;
};

/**
 * Reads a line with two times and an arrow as programs write it: `00:00:01,500 --> 00:00:02.5`, without hours or
 * fraction, with spaces inside, with a shorter arrow. Returns `broken` for a line that was meant as such, null for
 * any other.
 */
export function parseTimingLine(line: string): TimingLine | 'broken' | null {
  const arrow = line.indexOf('>');
  if (arrow < 0 || line.length > MOST_CHARACTERS) return null;
  if (!/[-–—]/.test(line[arrow - 1] ?? '')) return null;
  const before = line
    .slice(0, arrow)
    .replace(/[-–— ]{1,9}$/, '')
    .trim();
  const after = line.slice(arrow + 1).trim();
  const start = TIME.exec(before);
  const end = TIME.exec(after);
  if (start !== null && end !== null && start[0].length === before.length) {
    const rest = after.slice(end[0].length);
    if (rest === '' || /^\s/.test(rest)) {
      return { startSeconds: secondsOf(start), endSeconds: secondsOf(end), rest: rest.trim() };
    }
  }
  const isMeant = line.includes('-->') && /^(-?\d|$)/.test(before) && HALF_TIME.test(`${before} ${after}`);
  return isMeant ? 'broken' : null;
}

/** No line with times is longer: some have coordinates or settings behind them. */
const MOST_CHARACTERS = 500;

/** Hours of any length, minutes, seconds, and a fraction; a minus where a program shifted the times below 0. */
const TIME = /^(?:(-?)(\d{1,9}) ?: ?)?(-?)(\d{1,9}) ?: ?(-?)(\d{1,2})(?: ?[,.;:] ?(-?)(\d{1,9}))?(?![\d:,.])/;
const HALF_TIME = /\d ?: ?\d/;

function secondsOf([
  ,
  sign1,
  hours = '0',
  sign2,
  minutes,
  sign3,
  seconds,
  sign4,
  fraction = '0',
]: RegExpExecArray) {
  const isNegative = [sign1, sign2, sign3, sign4].includes('-');
  const milliseconds = Math.round(Number(`0.${fraction}`) * 1000);
  const total = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + milliseconds;
  return (isNegative && total > 0 ? -total : total) / 1000;
}
