import { readFile } from 'node:fs/promises';
import { descendantsNamed } from './processes.ts';

/** Returns the resident megabytes of a process at this moment. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** Returns the most that a process had resident so far, in megabytes. */
export async function mostResidentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/**
 * Returns the most that any process of that name below `ancestor` had resident while `work` ran, sampled
 * every 50 ms.
 */
export async function peakOfDescendants(
  ancestor: number,
  name: string,
  work: () => Promise<void>,
): Promise<number> {
  let peak = 0;
  const timer = setInterval(async () => {
    for (const pid of await descendantsNamed(ancestor, name)) {
      // The process may have ended meanwhile.
      peak = Math.max(peak, (await mostResidentMegabytes(pid).catch(() => 0)) || 0);
    }
  }, 50);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return peak;
}

/** Returns the most that a process had resident while `work` ran, sampled every 50 ms. */
export async function peakResidentMegabytes(pid: number, work: () => Promise<void>): Promise<number> {
  let peak = await residentMegabytes(pid);
  const timer = setInterval(async () => {
    peak = Math.max(peak, await residentMegabytes(pid).catch(() => 0));
  }, 50);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(peak, await residentMegabytes(pid));
}
