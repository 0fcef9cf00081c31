import type { SigningKey } from './sign.ts';

const FORM =
  'must be a list of id:secret, each id of 1 to 32 characters out of a-z 0-9 _ - and each secret of 32 to 256 ' +
  'out of A-Z a-z 0-9 + / = _ -, with commas or line breaks between them';
const MAX_KEYS = 16;

/**
 * Parses `id:secret,id:secret,…`; returns a fault as the end of a sentence that never repeats a secret. The
 * secret is used as it is written, as `openssl rand -hex 32` or `-base64 32` prints it.
 */
export function parseSigningKeys(text: string): readonly SigningKey[] | string {
  const keys: SigningKey[] = [];
  for (const entry of text.trim().split(/\s*[,\n]\s*/)) {
    const [, id, secret] = /^([a-z0-9_-]{1,32}):([A-Za-z0-9+/=_-]{32,256})$/.exec(entry) ?? [];
    if (id === undefined || secret === undefined) return `${FORM}; entry ${keys.length + 1} is not`;
    if (keys.some((key) => key.id === id)) return `names the key "${id}" twice`;
    keys.push({ id, secret });
  }
  return keys.length > MAX_KEYS ? `must name at most ${MAX_KEYS} keys` : keys;
}
