import { type Addresses, PATHS } from './table.ts';
import { prefixOf } from './token.ts';

export type AddressName = keyof Addresses;

/** Where addresses lead. */
export type Service = {
  /** The origin of the service, such as `https://media.example`; without it, addresses are paths. */
  readonly base?: string | undefined;
  /** The token that opens the key, with or without its `~`; null for a public service. */
  readonly token?: string | null | undefined;
};

/** A function for each address. */
export type Builders = {
  readonly [Name in AddressName]: (
    ...of: Record<never, never> extends Addresses[Name] ? [of?: Addresses[Name]] : [of: Addresses[Name]]
  ) => string;
};

/** Returns functions that build the addresses of a service. Each throws TypeError as `addressOf` does. */
export function buildersOf(service: Service = {}): Builders {
  const names = Object.keys(PATHS) as AddressName[];
  return Object.fromEntries(
    names.map((name) => [name, (of: Addresses[typeof name] = {} as never) => addressOf(name, of, service)]),
  ) as Builders;
}

/**
 * Returns an address. Parameters stand in it as they are given, numbers with six decimals at most, without those that are
 * undefined; the service checks them. Throws TypeError for a token that is none, and if something is missing in the path or
 * no address can name it.
 */
export function addressOf<Name extends AddressName>(
  name: Name,
  of: Addresses[Name],
  { base = '', token = null }: Service = {},
): string {
  const values = new Map<string, unknown>(Object.entries(of).filter(([, value]) => value != null));
  const path = PATHS[name].replace(/\{(\w+)\}/g, (_, placeholder: string) => {
    const text = encoded(name, placeholder, values.get(placeholder));
    values.delete(placeholder);
    return text;
  });
  const query = new URLSearchParams();
  for (const [parameter, value] of values) query.set(parameter, textOf(value));
  // What belongs to no key is open to everybody, but for the list, which a token of its address opens.
  const prefix = name === 'list' || PATHS[name].includes('{key}') ? prefixOf(token) : '';
  return `${base.replace(/\/+$/, '')}${prefix}${path}${query.size === 0 ? '' : `?${query}`}`;
}

/** Returns the text of a path. A key keeps its slashes. */
function encoded(name: AddressName, placeholder: string, value: unknown): string {
  const text = value === undefined ? '' : String(value);
  if (!isNameable(text)) {
    throw new TypeError(`No address of ${name} has the ${placeholder} ${JSON.stringify(value)}.`);
  }
  const parts = placeholder === 'key' ? text.split('/') : [text];
  return parts.map(encodeURIComponent).join('/');
}

const MAX_BYTES = 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what no address has
const UNNAMEABLE = /[\u0000-\u001f\u007f\\\p{Surrogate}]/u;

/** Programs between here and the service would read the others differently, also what looks encoded to them. */
function isNameable(text: string): boolean {
  const read = text.replace(/%2e/gi, '.').replace(/%5c/gi, '\\').replace(/%2f/gi, '/');
  const isRewritten = read.split('/').some((part) => part === '.' || part === '..');
  if (text === '' || UNNAMEABLE.test(read) || isRewritten) return false;
  return new TextEncoder().encode(text).length <= MAX_BYTES;
}

/** Calculated seconds have more decimals than the service takes (`0.1 + 0.2`). */
const MOST_DECIMALS = 6;

function textOf(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toFixed(MOST_DECIMALS)));
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
}
