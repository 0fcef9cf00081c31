import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Counts the descriptors of this process: files, sockets, pipes. */
export function openDescriptors(): number {
  return readdirSync('/dev/fd').length;
}

/**
 * Waits until descriptors are closed, which takes a turn or two of the event loop; one that stays open runs
 * into the test's timeout.
 */
export async function descriptorsComeDownTo(count: number): Promise<void> {
  while (openDescriptors() > count) await delay(5);
}
