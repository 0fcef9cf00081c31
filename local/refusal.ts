import type { IncomingMessage } from 'node:http';
import { isOfStrangers, type Origins } from './cross-site.ts';
import { hasSeveralHosts, isLoopbackHost } from './loopback-host.ts';

export type Refusal = { readonly status: number; readonly message: string };

/** Says why a request does not reach the function; null if it does. */
export function refusalOf(
  request: IncomingMessage,
  { takesAnyHost, ...origins }: Origins & { readonly takesAnyHost: boolean },
): Refusal | null {
  const { headers, url = '/' } = request;
  if (hasSeveralHosts(request)) return { status: 400, message: 'A request has one Host.' };
  if (!takesAnyHost && !isLoopbackHost(headers.host)) {
    return { status: 421, message: 'This service only answers to 127.0.0.1, localhost and [::1].' };
  }
  const [path = ''] = url.split(/[?#]/, 1);
  if (!isOfStrangers(headers, path, origins)) return null;
  return {
    status: 403,
    message:
      'Pages of other sites may not use this service, unless the setting ALLOWED_ORIGINS names them (for /embed, EMBED_ORIGINS).',
  };
}
