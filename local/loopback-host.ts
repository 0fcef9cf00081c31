/**
 * Whether a request was sent to this machine by a name of its own. A page of another site can have its own name lead to
 * 127.0.0.1 (DNS rebinding) and would read as that site what is served here; it cannot send another Host, nor
 * none, as clients of HTTP/1.0 do. The port does not matter to that, and differs behind a tunnel.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  return host === undefined || /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i.test(host);
}
