/** What a client got: everything, or the start of it with a connection that broke. */
export type Received = { readonly status: number; readonly bytes: Buffer; readonly broke: boolean };

/** Reads an answer to its end; `atFirst` is done when the first bytes of its body are there. */
export async function receive(url: string, atFirst: () => Promise<void> = async () => {}): Promise<Received> {
  const response = await fetch(url);
  const chunks: Uint8Array[] = [];
  let broke = false;
  try {
    for await (const chunk of response.body ?? []) {
      if (chunks.length === 0) await atFirst();
      chunks.push(chunk);
    }
  } catch {
    broke = true;
  }
  return { status: response.status, bytes: Buffer.concat(chunks), broke };
}
