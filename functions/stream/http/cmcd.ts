import { decodeCmcd } from '@svta/cml-cmcd';
import { redact } from '../base/redact.ts';

/**
 * What a player reports by CMCD (CTA-5004, and CTA-5004-A with its typed values), as far as an operator needs
 * it: who plays what, how, and how well. Keys that name other addresses (`nor`, `url`) and a player's own
 * keys are not logged.
 */
const LOGGED = {
  v: 'number',
  sid: 'text',
  cid: 'text',
  sf: 'text',
  st: 'text',
  ot: 'text',
  sta: 'text',
  /** Of the object and the best one, in kbit/s. */
  br: 'number',
  tb: 'number',
  /** In milliseconds: the object, the buffer, until it is needed, since playback was asked for. */
  d: 'number',
  bl: 'number',
  dl: 'number',
  msd: 'number',
  /** Measured throughput and the maximum that is wanted, in kbit/s. */
  mtp: 'number',
  rtp: 'number',
  pr: 'number',
  /** Starting up or starved; the buffer ran empty since the last request. */
  su: 'flag',
  bs: 'flag',
} as const;

type Logged = Record<string, string | number | boolean>;

const HEADERS = ['cmcd-request', 'cmcd-object', 'cmcd-session', 'cmcd-status'] as const;
/** More than all keys in their longest forms. */
const MOST_CHARACTERS = 2_000;
const MOST_TEXT = 64;

/** Reads the CMCD of a request, from query or headers; null if there is nothing readable. Never throws. */
export function readCmcd({ url, headers }: Pick<Request, 'url' | 'headers'>): Logged | null {
  const query = new URL(url).searchParams.get('CMCD');
  // A field that cannot be read does not affect the others.
  const said = [query, ...HEADERS.map((name) => headers.get(name))].flatMap(decode);
  const logged: Logged = {};
  for (const data of said) {
    for (const [key, kind] of Object.entries(LOGGED)) {
      const value = Object.hasOwn(data, key) ? loggedOf(data[key], kind) : null;
      if (value !== null) logged[key] = value;
    }
  }
  return Object.keys(logged).length === 0 ? null : logged;
}

function decode(text: string | null): Readonly<Record<string, unknown>>[] {
  if (text === null || text === '' || text.length > MOST_CHARACTERS) return [];
  try {
    return [{ ...decodeCmcd(text) }];
  } catch {
    return [];
  }
}

function loggedOf(value: unknown, kind: 'number' | 'text' | 'flag'): string | number | boolean | null {
  const plain = plainOf(value);
  if (kind === 'number') return typeof plain === 'number' && Number.isFinite(plain) ? plain : null;
  if (kind === 'flag') return typeof plain === 'boolean' ? plain : null;
  if (plain === null || typeof plain === 'number' || typeof plain === 'boolean') return null;
  // Quotes, control characters and non-ASCII text are of no use, and programs read the log's lines. A token
  // is removed before the text is shortened: half a token would not be recognised.
  return redact(plain.replace(/[^\x20-\x7e]/g, '')).slice(0, MOST_TEXT);
}

/**
 * A version 2 value may be a list, one for each kind of object (`(5000;v 128;a)`): the first is that of the
 * object.
 */
function plainOf(value: unknown): string | number | boolean | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'symbol') return value.description ?? null;
  if (Array.isArray(value)) return plainOf(value[0]);
  if (typeof value === 'object' && value !== null && 'value' in value) return plainOf(value.value);
  return null;
}
