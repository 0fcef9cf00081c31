import { parseArgs } from 'node:util';
import { refuseRewrittenPath } from '../functions/stream/base/key.ts';
import { addressOf, signedAddress } from '../functions/stream/route/address-of.ts';
import { ENTRY_WORDS, type EntryWord, parseRoute, ROUTES } from '../functions/stream/route/routes.ts';
import { type Scope, type SigningKey, sign } from '../functions/stream/route/sign.ts';
import { parseSigningKeys } from '../functions/stream/route/signing-keys.ts';

/** The request of `npx sluice sign`. */
export type SignRequest = {
  readonly scope: Scope;
  /** Without the token: one for each route, or the one that the scope names. */
  readonly addresses: readonly string[];
  readonly lifetimeSeconds: number;
  /** The text before each path. */
  readonly base: string;
  /** Null takes the first. */
  readonly keyId: string | null;
  /** `-` is standard input; null takes the environment's SIGNING_KEYS. */
  readonly keysFile: string | null;
};

export const USAGE = `Usage: npx sluice sign KEY [--route ROUTE]… [options]
       npx sluice sign --exact ADDRESS [options]

  KEY               the object's key; the token opens all that hangs on it
  --route ROUTE     which address of it to print: ${ENTRY_WORDS.join(', ')}
                    (stream); may be repeated
  --exact ADDRESS   open this address alone, such as '/media/film.mp4?download=1'
  --expires TIME    how long it holds: a number with s, m, h or d (1h)
  --base URL        print whole URLs of this service
  --key-id ID       which key signs (the first)
  --keys-file FILE  where the keys are, in the form of SIGNING_KEYS; - reads standard input

Without --keys-file the keys are those of SIGNING_KEYS in the environment: id:secret,id:secret,…
`;

/** Throws an Error with one sentence that says what is wrong. */
export function parseSignCommand(args: readonly string[]): SignRequest | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      route: { type: 'string', multiple: true },
      exact: { type: 'string' },
      expires: { type: 'string', default: '1h' },
      base: { type: 'string' },
      'key-id': { type: 'string' },
      'keys-file': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    ...whatToOpen(positionals, values.exact, values.route),
    lifetimeSeconds: parseLifetime(values.expires),
    base: values.base === undefined ? '' : parseBase(values.base),
    keyId: values['key-id'] ?? null,
    keysFile: values['keys-file'] ?? null,
  };
}

/** Throws an Error with one sentence; `where` names the option or setting that holds the keys. */
export function readKeys(where: string, text: string): readonly SigningKey[] {
  if (text.trim() === '' && where === 'SIGNING_KEYS') {
    throw new Error('There is no key to sign with: set SIGNING_KEYS, or give --keys-file FILE.');
  }
  const keys = parseSigningKeys(text);
  if (typeof keys === 'string') throw new Error(`${where} ${keys}.`);
  return keys;
}

/** Throws an Error with one sentence if there is no such key or no such time. */
export function signedAddresses(
  { scope, addresses, lifetimeSeconds, base, keyId }: SignRequest,
  keys: readonly SigningKey[],
  now: number,
): readonly string[] {
  const key = keyId === null ? keys[0] : keys.find(({ id }) => id === keyId);
  if (key === undefined) throw new Error(`--key-id: no key has the id ${JSON.stringify(keyId)}.`);
  const token = sign(key, scope, Math.floor(now / 1000) + lifetimeSeconds);
  return addresses.map((address) => `${base}/~${token}${address}`);
}

function whatToOpen(
  positionals: readonly string[],
  exact: string | undefined,
  words: readonly string[] = ['stream'],
): Pick<SignRequest, 'scope' | 'addresses'> {
  const [key, ...others] = positionals;
  if ((key === undefined) === (exact === undefined) || others.length > 0) {
    throw new Error('Give one KEY, or --exact ADDRESS; npx sluice sign --help explains both.');
  }
  if (exact !== undefined) {
    return { scope: { kind: 'address', address: coveredOf(exact) }, addresses: [exact] };
  }
  const addresses = words.map((word) => {
    if (!isEntryWord(word)) throw new Error(`--route must be one of ${ENTRY_WORDS.join(', ')}.`);
    return `${addressOf(word, key ?? '')}${ROUTES[word].entry}`;
  });
  for (const address of addresses) coveredOf(address);
  return { scope: { kind: 'key', key: key ?? '' }, addresses };
}

function isEntryWord(word: string): word is EntryWord {
  return ENTRY_WORDS.some((each) => each === word);
}

/**
 * Returns what a signature of an address covers. Accepts only what the service would understand, written as a
 * client will send it; throws a Problem or an Error.
 */
function coveredOf(address: string): string {
  if (!address.startsWith('/')) throw new Error('--exact must begin with a slash, such as /media/film.mp4.');
  refuseRewrittenPath(address);
  const url = new URL(`https://sluice.invalid${address}`);
  const sent = `${url.pathname}${url.search}`;
  if (sent !== address) throw new Error(`--exact must be written as clients send it: ${sent}`);
  return signedAddress(parseRoute(url), url);
}

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const MAX_LIFETIME_SECONDS = 3650 * UNITS.d;

function parseLifetime(text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * UNITS[unit as keyof typeof UNITS];
  if (seconds >= 1 && seconds <= MAX_LIFETIME_SECONDS) return seconds;
  throw new Error(`--expires must be a number with s, m, h or d, such as 90m, up to 3650d.`);
}

function parseBase(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  throw new Error(`--base must be the address of the service, such as https://media.example.`);
}
