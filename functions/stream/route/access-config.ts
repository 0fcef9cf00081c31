import type { SigningKey } from './sign.ts';

/** Who may call, according to the settings. */
export type AccessConfig =
  | { readonly kind: 'public' }
  /** Without any key, nobody can have signed anything: closed. */
  | { readonly kind: 'keys'; readonly keys: readonly SigningKey[] }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'secret'; readonly name: string };

export type AccessSettings = {
  readonly PUBLIC: boolean;
  readonly SIGNING_KEYS?: readonly SigningKey[] | undefined;
  readonly SIGNING_KEYS_PARAMETER?: string | undefined;
  readonly SIGNING_KEYS_SECRET?: string | undefined;
};

/** Closed without settings. Throws an Error with one sentence if two settings contradict each other. */
export function accessOf({
  PUBLIC,
  SIGNING_KEYS: keys,
  SIGNING_KEYS_PARAMETER: parameter,
  SIGNING_KEYS_SECRET: secret,
}: AccessSettings): AccessConfig {
  const said = [
    ...(PUBLIC ? ['PUBLIC=1'] : []),
    ...(keys ? ['SIGNING_KEYS'] : []),
    ...(parameter ? ['SIGNING_KEYS_PARAMETER'] : []),
    ...(secret ? ['SIGNING_KEYS_SECRET'] : []),
  ];
  if (said.length > 1) {
    throw new Error(`The settings ${said.join(' and ')} exclude each other: set one of them.`);
  }
  if (PUBLIC) return { kind: 'public' };
  if (parameter !== undefined) return { kind: 'parameter', name: parameter };
  if (secret !== undefined) return { kind: 'secret', name: secret };
  return { kind: 'keys', keys: keys ?? [] };
}
