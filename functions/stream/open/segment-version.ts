import type { Encryption } from '../config/encryption.ts';
import type { ObjectContext } from '../http/original.ts';
import { COPY_ID } from '../plan/renditions.ts';
import { type AdaptiveAsk, isMediaAsk } from '../route/adaptive.ts';
import { protectedFinding } from './content-keys.ts';
import type { Finding } from './version.ts';

/** What `/hls` and `/dash` are asked for, and the version that the address names. */
export type AdaptiveAddress = { readonly ask: AdaptiveAsk; readonly version: string | null };

/** Returns how to look for the object of such an address. */
export function adaptiveFinding(
  { ask, version }: AdaptiveAddress,
  limits: ObjectContext['limits'],
  encryption: Encryption | null,
): Finding {
  const indexAlone = !isMediaAsk(ask) || ask.rendition === COPY_ID;
  return protectedFinding(version, limits, encryption, { indexAlone });
}
