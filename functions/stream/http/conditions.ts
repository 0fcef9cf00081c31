export type Validators = { readonly etag: string; readonly lastModified: Date | null };
export type Evaluation = 'proceed' | 'not-modified' | 'precondition-failed';

/** Evaluates the conditional headers of a GET or HEAD in the order of RFC 9110 §13.2.2. */
export function evaluateConditions(headers: Headers, current: Validators): Evaluation {
  const ifMatch = headers.get('if-match');
  const ifUnmodifiedSince = headers.get('if-unmodified-since');
  if (ifMatch !== null) {
    if (!matches(ifMatch, current.etag, 'strong')) return 'precondition-failed';
  } else if (ifUnmodifiedSince !== null && isLaterThan(current.lastModified, ifUnmodifiedSince)) {
    return 'precondition-failed';
  }

  const ifNoneMatch = headers.get('if-none-match');
  if (ifNoneMatch !== null) return matches(ifNoneMatch, current.etag, 'weak') ? 'not-modified' : 'proceed';
  const ifModifiedSince = parseHttpDate(headers.get('if-modified-since') ?? '');
  if (ifModifiedSince === null || current.lastModified === null) return 'proceed';
  return wholeSeconds(current.lastModified) <= wholeSeconds(ifModifiedSince) ? 'not-modified' : 'proceed';
}

/**
 * Returns whether Range applies: no If-Range, the strong tag, or exactly the date if that is strong (RFC 9110
 * §13.1.5).
 */
export function ifRangeHolds(headers: Headers, current: Validators, now = new Date()): boolean {
  const ifRange = headers.get('if-range')?.trim();
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"')) return ifRange === current.etag;
  const date = parseHttpDate(ifRange);
  if (date === null || current.lastModified === null) return false;
  const second = wholeSeconds(current.lastModified);
  // Within the same second another version may get the same date (§8.8.2.2), and so may one dated in the
  // future.
  return wholeSeconds(date) === second && second < wholeSeconds(now);
}

/** Parses the three forms of RFC 9110 §5.6.7; null for anything else. */
export function parseHttpDate(text: string, now = new Date()): Date | null {
  const fixed = /^\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/.exec(text);
  if (fixed) return utc(fixed[3], fixed[2], fixed[1], fixed[4], fixed[5], fixed[6]);
  const asctime = /^\w{3} (\w{3}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/.exec(text);
  if (asctime) return utc(asctime[6], asctime[1], asctime[2], asctime[3], asctime[4], asctime[5]);
  const rfc850 = /^\w{6,9}, (\d{2})-(\w{3})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/.exec(text);
  if (!rfc850) return null;
  // A two-digit year that would lie more than 50 years ahead belongs to the past century.
  const century = Math.floor(now.getUTCFullYear() / 100) * 100;
  const near = century + Number(rfc850[3]);
  const year = near > now.getUTCFullYear() + 50 ? near - 100 : near;
  return utc(String(year), rfc850[2], rfc850[1], rfc850[4], rfc850[5], rfc850[6]);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function utc(...[year, month, day, hour, minute, second]: (string | undefined)[]): Date | null {
  const index = MONTHS.indexOf(month ?? '');
  if (index < 0) return null;
  const [d, h, m, s] = [Number(day), Number(hour), Number(minute), Number(second)];
  if (d < 1 || d > 31 || h > 23 || m > 59 || s > 60) return null;
  return new Date(Date.UTC(Number(year), index, d, h, m, s));
}

function matches(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true;
  const tags: readonly string[] = list.match(/(?:W\/)?"[^"]*"/g) ?? [];
  if (comparison === 'strong') return !etag.startsWith('W/') && tags.includes(etag);
  return tags.some((tag) => opaque(tag) === opaque(etag));
}

const opaque = (tag: string) => tag.replace(/^W\//, '');
const wholeSeconds = (date: Date) => Math.floor(date.getTime() / 1000);

function isLaterThan(lastModified: Date | null, header: string): boolean {
  const date = parseHttpDate(header);
  return date !== null && lastModified !== null && wholeSeconds(lastModified) > wholeSeconds(date);
}
