/** Code under test with its invariants. */
export type Target = {
  /** Reads the bytes in every way that the service does. Rejects if an invariant does not hold. */
  run(bytes: Buffer): Promise<void>;
};

export class Broken extends Error {
  override readonly name = 'Broken';
}

/** Throws if an invariant does not hold. */
export function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Broken(what);
}
