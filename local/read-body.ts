import type { IncomingMessage } from 'node:http';

/** What Lambda takes. */
export const MAX_BODY_BYTES = 6 * 1024 * 1024;

/** Returns null if it is larger than an event may be. Rejects if the upload fails. */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
