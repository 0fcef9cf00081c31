/** Returns whether an Accept header asks for JSON rather than for a page. */
export function prefersJson(accept: string | null): boolean {
  const text = (accept ?? '').toLowerCase();
  return text.includes('application/json') && !text.includes('text/html');
}

export function jsonResponse(body: unknown): Response {
  return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });
}
