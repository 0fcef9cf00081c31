import { validateHeaderName, validateHeaderValue } from 'node:http';

/** What a streaming function writes before its body: the JSON that `HttpResponseStream.from` writes first. */
export type Prelude = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
};

export type PreludeStep =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'invalid'; readonly reason: string }
  /** `rest` are the body's first bytes, if some came along. */
  | { readonly kind: 'complete'; readonly prelude: Prelude; readonly rest: Buffer };

// JSON text cannot contain a NUL, so the first eight in a row end the prelude, and further ones belong to the
// body.
const DELIMITER = Buffer.alloc(8);
const MAX_PRELUDE_BYTES = 64 * 1024;

/**
 * Takes the response's bytes chunk by chunk, however they were cut, until the prelude is complete or invalid.
 */
export function preludeReader(): (chunk: Uint8Array) => PreludeStep {
  let held = Buffer.alloc(0);
  return (chunk) => {
    const searchFrom = Math.max(0, held.length - DELIMITER.length + 1);
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    const end = held.indexOf(DELIMITER, searchFrom);
    if ((end < 0 ? held.length : end) > MAX_PRELUDE_BYTES) {
      return { kind: 'invalid', reason: `the prelude is longer than ${MAX_PRELUDE_BYTES} bytes` };
    }
    if (end < 0) return { kind: 'incomplete' };
    const prelude = parsePrelude(held.subarray(0, end).toString('utf8'));
    if (typeof prelude === 'string') return { kind: 'invalid', reason: prelude };
    return { kind: 'complete', prelude, rest: held.subarray(end + DELIMITER.length) };
  };
}

/** Parses the prelude; returns the reason as text if it is invalid. */
export function parsePrelude(json: string): Prelude | string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return 'the prelude is not JSON';
  }
  if (!isRecord(value)) return 'the prelude is not a JSON object';
  const statusCode = value.statusCode ?? 200;
  if (
    typeof statusCode !== 'number' ||
    !Number.isInteger(statusCode) ||
    statusCode < 200 ||
    statusCode > 599
  ) {
    return `the status code ${JSON.stringify(statusCode)} is not a whole number from 200 to 599`;
  }
  const headers = parseHeaders(value.headers ?? {});
  if (typeof headers === 'string') return headers;
  const cookies = parseCookies(value.cookies ?? []);
  if (typeof cookies === 'string') return cookies;
  return { statusCode, headers, cookies };
}

function parseHeaders(value: unknown): Record<string, string> | string {
  if (!isRecord(value)) return 'the headers are not a JSON object';
  const headers: Record<string, string> = {};
  for (const [name, raw] of Object.entries(value)) {
    if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'boolean') {
      return `the header ${JSON.stringify(name)} is not a string`;
    }
    if (!isHeader(name, String(raw))) return `the header ${JSON.stringify(name)} cannot be sent`;
    headers[name.toLowerCase()] = String(raw);
  }
  return headers;
}

function parseCookies(value: unknown): string[] | string {
  if (!Array.isArray(value)) return 'the cookies are not an array';
  const cookies: string[] = [];
  for (const cookie of value) {
    if (typeof cookie !== 'string' || !isHeader('set-cookie', cookie)) return 'a cookie cannot be sent';
    cookies.push(cookie);
  }
  return cookies;
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
