/** The bytes that a client got: everything, or the start of it with a connection that broke. */
export type Received = {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly broke: boolean;
};

/** Reads an answer to its end; once `afterBytes` of its body are there, it reads on when `run` is done. */
export async function receive(
  url: string,
  run: () => Promise<void> = async () => {},
  afterBytes = 1,
): Promise<Received> {
  const { status, headers, body } = await fetch(url);
  const reader = body?.getReader();
  const chunks: Uint8Array[] = [];
  let received = 0;
  let hasRun = false;
  let broke = false;
  for (;;) {
    const chunk = await reader?.read().catch(() => {
      broke = true;
    });
    if (!chunk?.value) break;
    chunks.push(chunk.value);
    received += chunk.value.byteLength;
    if (hasRun || received < afterBytes) continue;
    hasRun = true;
    await run();
  }
  return { status, headers, bytes: Buffer.concat(chunks), broke };
}
