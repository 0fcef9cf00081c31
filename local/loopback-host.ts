/**
 * Returns whether a request was sent to one of this machine's own names. A page of another site can point its
 * own name at 127.0.0.1 (DNS rebinding) and would read as that site what is served here; it cannot send
 * another Host, nor omit it as HTTP/1.0 clients do. The port does not matter for that, and differs behind a
 * tunnel.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  return host === undefined || /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(host);
}
