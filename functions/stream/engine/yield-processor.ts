import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Niceness from -20, which takes everything, to 19, which takes what is left. */
const NICENESS = 10;
const LATE_MILLISECONDS = 150;

/**
 * Lets a process, the first of a session of its own, use the processors when other processes need none:
 * requests for stored bytes do not wait behind encoding. Call it before the process starts threads, which
 * inherit it.
 */
export function yieldProcessor(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, NICENESS);
    yieldSession(pid);
  } catch (error) {
    // Without root, one session may be set in a tenth of a second.
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN')
      setTimeout(yieldSessionLate, LATE_MILLISECONDS, pid).unref();
    // Otherwise the process has ended, or the system forbids it.
  }
}

/**
 * Lowers the session: if Linux shares the processors among sessions, a process yields only to others of its
 * own (sched(7), autogroup).
 */
function yieldSession(pid: number): void {
  writeFileSync(`/proc/${pid}/autogroup`, String(NICENESS));
}

function yieldSessionLate(pid: number): void {
  try {
    yieldSession(pid);
  } catch {
    // One more try is enough.
  }
}
