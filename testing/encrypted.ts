import { sign } from '../functions/stream/route/sign.ts';
import { CLIP_FILM } from './clip-film.ts';
import { type Service, startService } from './service.ts';

const SIGNING = 'n3w/'.repeat(11);
export const SECRETS = { old: '01d0'.repeat(16), new: 'c0de'.repeat(16) } as const;

/** Returns the token that opens a key, that of the clip film without one. */
export function tokenOf(key: string = CLIP_FILM): string {
  return sign({ id: 'key', secret: SIGNING }, { kind: 'key', key }, Math.floor(Date.now() / 1000) + 3600);
}

/** Starts a service that encrypts. The last of `secrets` is the oldest. */
export function startEncrypted(
  scheme: 'aes-128' | 'cbcs',
  environment: Readonly<Record<string, string>>,
  secrets: readonly (keyof typeof SECRETS)[] = ['new'],
): Promise<Service> {
  return startService({
    ...{ PUBLIC: '0', PUBLIC_EXPORTS: '0', SIGNING_KEYS: `key:${SIGNING}` },
    ...{ ENCRYPTION: scheme, ENCRYPTION_SECRETS: secrets.map((id) => `${id}:${SECRETS[id]}`).join() },
    ...environment,
  });
}

/** An address of the film with its token in front. */
export function addressIn({ url }: Service, path: string): string {
  return `${url}/~${tokenOf()}${path}`;
}
