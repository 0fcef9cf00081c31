type Rewriting<T> = {
  /** Returns null if the stored record is not the one to be replaced. */
  write(replaces: T): Promise<T | null>;
  read(): Promise<T | null>;
  /** Whether the present writer wrote it. */
  isOwn(found: T): boolean;
};

/**
 * Replaces a record that the caller holds and knows as `known`; null if another holder has it. If only the
 * answer to the previous write was lost, the stored record is the caller's own and yet differs from `known`.
 */
export async function rewriteOwn<T>(known: T, { write, read, isOwn }: Rewriting<T>): Promise<T | null> {
  const written = await write(known);
  if (written !== null) return written;
  const found = await read();
  return found !== null && isOwn(found) ? write(found) : null;
}
