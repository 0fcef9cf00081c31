/** Rewrites the bytes before the media with their length. Null if more of them must arrive first. */
export type Front = (bytes: Buffer) => Buffer | null;

/** Tells whether bytes begin with a mark, as far as they go. */
export function beginsWith(bytes: Buffer, mark: Buffer): boolean {
  const length = Math.min(bytes.length, mark.length);
  return bytes.subarray(0, length).equals(mark.subarray(0, length));
}

/** A longer front before the media is left unchanged. */
const MAX_FRONT_BYTES = 2 * 1024 * 1024;

/** Yields the bytes of a stream, as they arrive, with another front. Fails as `chunks` do. */
export async function* withFront(
  chunks: AsyncIterable<Uint8Array>,
  front: Front,
): AsyncGenerator<Uint8Array, void, void> {
  let held: Uint8Array[] | null = [];
  for await (const chunk of chunks) {
    if (held === null) {
      yield chunk;
      continue;
    }
    held.push(chunk);
    const bytes = Buffer.concat(held);
    const told = front(bytes);
    if (told === null && bytes.length < MAX_FRONT_BYTES) {
      held = [bytes];
      continue;
    }
    held = null;
    yield told ?? bytes;
  }
  if (held !== null) yield* held;
}
