import type { IncomingMessage } from 'node:http';

/**
 * Returns whether a request was sent to one of this machine's own names. A page of another site can point its
 * own name at 127.0.0.1 (DNS rebinding) and would read as that site what is served here; it cannot send
 * another Host, nor omit it as HTTP/1.0 clients do. The port does not matter for that, and differs behind a
 * tunnel.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  return host === undefined || /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(host);
}

/** Whether a request names several hosts, of which two programs could each take another one (RFC 9112 §3.2). */
export function hasSeveralHosts({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): boolean {
  return rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length > 1;
}
