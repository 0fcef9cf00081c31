/** Code under test with what it has to hold. */
export type Target = {
  /** Reads the bytes in every way that the service does. Rejects where something holds that must not. */
  run(bytes: Buffer): Promise<void>;
};

export class Broken extends Error {
  override readonly name = 'Broken';
}

/** Throws where an invariant does not hold. */
export function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Broken(what);
}
