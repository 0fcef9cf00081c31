/** Whether an Accept header asks for JSON rather than for a page. */
export function prefersJson(accept: string | null): boolean {
  const text = (accept ?? '').toLowerCase();
  return text.includes('application/json') && !text.includes('text/html');
}

/** A JSON answer that is not kept. */
export function jsonResponse(body: unknown): Response {
  return new Response(JSON.stringify(body), {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
  });
}
