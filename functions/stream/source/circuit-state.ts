/**
 * Decides whether a store is asked: a closed circuit lets everything pass, an open one nothing, and one trial
 * after a pause.
 */
export type Circuit = {
  /** The last outcomes, oldest first, and for how many failures each counts. */
  readonly outcomes: readonly { readonly at: number; readonly failures: number }[];
  /** Null while the circuit is closed. Times are in milliseconds. */
  readonly open: { readonly until: number; readonly pause: number; readonly isTried: boolean } | null;
};

export const CLOSED: Circuit = { outcomes: [], open: null };

/** What a caller may do. It reports its outcome with it. */
export type Admission = 'pass' | 'try' | { readonly waitMilliseconds: number };
/** `silent`: nothing was heard until time was up. `unknown`: the caller went away before the store had answered. */
export type Outcome = 'answered' | 'failed' | 'silent' | 'unknown';

/** How many of the last outcomes decide, and how many of them at least must be failures. */
const OUTCOMES = 10;
const FAILURES = 5;
/**
 * A failure that takes so long was waited for three times. Counted once, five of them would not come within the window
 * where one caller after the other waits.
 */
const FAILURES_OF = { answered: 0, failed: 1, silent: 3 } as const;
const WINDOW_MILLISECONDS = 60_000;
const FIRST_PAUSE_MILLISECONDS = 2_000;
const LONGEST_PAUSE_MILLISECONDS = 30_000;

export function admit(
  circuit: Circuit,
  now: number,
): { readonly circuit: Circuit; readonly admission: Admission } {
  const { open } = circuit;
  if (open === null) return { circuit, admission: 'pass' };
  if (now < open.until) return { circuit, admission: { waitMilliseconds: open.until - now } };
  if (open.isTried) return { circuit, admission: { waitMilliseconds: FIRST_PAUSE_MILLISECONDS } };
  return { circuit: { ...circuit, open: { ...open, isTried: true } }, admission: 'try' };
}

/**
 * Records an outcome. `spread` from 0 to 1 lengthens the pause by up to a half, so that instances do not come
 * back together.
 */
export function settle(
  circuit: Circuit,
  admission: 'pass' | 'try',
  outcome: Outcome,
  { now, spread }: { readonly now: number; readonly spread: number },
): Circuit {
  const { open } = circuit;
  if (admission === 'try' && open !== null) {
    if (outcome === 'answered') return CLOSED;
    if (outcome === 'unknown') return { ...circuit, open: { ...open, isTried: false } };
    return { outcomes: [], open: opened(Math.min(2 * open.pause, LONGEST_PAUSE_MILLISECONDS), now, spread) };
  }
  // Requests that began before the circuit opened say nothing about now.
  if (open !== null || outcome === 'unknown') return circuit;
  const recent = circuit.outcomes.filter(({ at }) => at > now - WINDOW_MILLISECONDS);
  const outcomes = [...recent, { at: now, failures: FAILURES_OF[outcome] }].slice(-OUTCOMES);
  const failures = outcomes.reduce((sum, one) => sum + one.failures, 0);
  if (failures < FAILURES || 2 * failures < outcomes.length) return { outcomes, open: null };
  return { outcomes: [], open: opened(FIRST_PAUSE_MILLISECONDS, now, spread) };
}

function opened(pause: number, now: number, spread: number) {
  return { until: now + pause * (1 + spread / 2), pause, isTried: false };
}
