/** Milliseconds since the request: to the first byte, and to the last. */
export type Times = { readonly first: number; readonly total: number };

export async function timed(open: () => Promise<AsyncIterable<Uint8Array>>): Promise<Times> {
  const start = performance.now();
  let first = Number.NaN;
  for await (const _ of await open()) if (Number.isNaN(first)) first = performance.now() - start;
  return { first, total: performance.now() - start };
}
