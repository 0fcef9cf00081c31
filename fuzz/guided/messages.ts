export type TargetName = 'isobmff' | 'containers' | 'text';

/** The data that the worker starts with. */
export type LoopData = {
  readonly target: TargetName;
  readonly seed: number;
  readonly minutes: number;
  /**
   * Length of the present input, its number, and from the eighth byte the input: for when the worker dies in
   * it.
   */
  readonly current: SharedArrayBuffer;
  /** Files to start with. */
  readonly seeds: readonly Uint8Array[];
};

export type LoopMessage =
  | { readonly kind: 'progress'; readonly runs: number; readonly inputs: number; readonly features: number }
  | { readonly kind: 'finding'; readonly bytes: Uint8Array; readonly what: string };
