import { type Addresses, PATHS } from './table.ts';
import { parseToken } from './token.ts';

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
 * Returns an address. Parameters stand in it as they are given, without those that are undefined; the service checks
 * them. Throws TypeError for a token that is none, and if something is missing in the path or no address can name it.
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
  // A token opens what belongs to a key, and nothing else.
  const prefix = PATHS[name].includes('{key}') ? prefixOf(token) : '';
  return `${base.replace(/\/+$/, '')}${prefix}${path}${query.size === 0 ? '' : `?${query}`}`;
}

function prefixOf(token: string | null): string {
  if (token === null) return '';
  const parsed = parseToken(token);
  if (parsed === null) throw new TypeError('The token is none that a key has signed.');
  return `/~${parsed}`;
}

/** Returns the text of a path. A key keeps its slashes. */
function encoded(name: AddressName, placeholder: string, value: unknown): string {
  const text = value === undefined ? '' : String(value);
  const parts = placeholder === 'key' ? text.split('/') : [text];
  // What reads an address removes the others before it is sent.
  if (text === '' || text.includes('\\') || parts.some((part) => part === '.' || part === '..')) {
    throw new TypeError(`No address of ${name} has the ${placeholder} ${JSON.stringify(value)}.`);
  }
  return parts.map(encodeURIComponent).join('/');
}

function textOf(value: unknown): string {
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
}
