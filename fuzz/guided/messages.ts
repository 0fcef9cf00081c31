export type TargetName = 'isobmff' | 'containers';

/** What the worker begins with. */
export type LoopData = {
  readonly target: TargetName;
  readonly seed: number;
  readonly minutes: number;
  /** Length of what runs at the moment, its number, and from the eighth byte it: for when the worker ends in it. */
  readonly current: SharedArrayBuffer;
  /** Files to begin with. */
  readonly seeds: readonly Uint8Array[];
};

export type LoopMessage =
  | { readonly kind: 'progress'; readonly runs: number; readonly inputs: number; readonly features: number }
  | { readonly kind: 'finding'; readonly bytes: Uint8Array; readonly what: string };
