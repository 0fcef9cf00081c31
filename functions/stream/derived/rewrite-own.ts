type Rewriting<T> = {
  /** Null where what stands there is not what is replaced. */
  write(replaces: T): Promise<T | null>;
  read(): Promise<T | null>;
  /** Whether it was written by who writes now. */
  isOwn(found: T): boolean;
};

/**
 * Replaces a record that one holds and knows as `known`; null where another has it. The answer to the write before may
 * have been lost, and not the write: then it is one's own, and not as it is known.
 */
export async function rewriteOwn<T>(known: T, { write, read, isOwn }: Rewriting<T>): Promise<T | null> {
  const written = await write(known);
  if (written !== null) return written;
  const found = await read();
  return found !== null && isOwn(found) ? write(found) : null;
}
