import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Of the scale from -20, which takes all, to 19, which takes what is left. */
const NICENESS = 10;
const LATE_MILLISECONDS = 150;

/**
 * Lets a process, the first of a session of its own, have the processors when others beside it need none: whoever asks
 * for bytes as they are does not wait behind whoever has something made. To be called before the process starts threads,
 * which inherit it.
 */
export function yieldProcessor(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, NICENESS);
    yieldSession(pid);
  } catch (error) {
    // Who is not root may tell one session in a tenth of a second.
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN')
      setTimeout(yieldSessionLate, LATE_MILLISECONDS, pid).unref();
    // Else it has ended already, or the system does not let itself be told.
  }
}

/** Where Linux shares the processors among sessions, a process gives way to those of its own alone (sched(7), autogroup). */
function yieldSession(pid: number): void {
  writeFileSync(`/proc/${pid}/autogroup`, String(NICENESS));
}

function yieldSessionLate(pid: number): void {
  try {
    yieldSession(pid);
  } catch {
    // It was worth no more than another try.
  }
}
