import { createHmac } from 'node:crypto';

/** A token that opens a key, with all that hangs on it, until a time in whole seconds since 1970. */
export function sign(keyId, secret, key, expires) {
  const claim = `${keyId}.${expires}.k`;
  const mac = createHmac('sha256', secret).update(`sluice-1\n${claim}\n${key}`).digest('base64url');
  return `${claim}.${mac}`;
}

// node examples/sign.mjs KEY EXPIRES, with KEY_ID and SECRET in the environment
const [, , key, expires] = process.argv;
console.log(sign(process.env.KEY_ID, process.env.SECRET, key, expires));
