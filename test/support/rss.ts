import { readFile } from 'node:fs/promises';

/** Resident megabytes of a process at this moment. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** The most that a process had resident while `work` ran, looked at every 50 ms. */
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
