import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** How many descriptors this process holds: files, sockets, pipes. */
export function openDescriptors(): number {
  return readdirSync('/dev/fd').length;
}

/** Closing takes a turn or two of the event loop; a descriptor that stays open runs into the test's timeout. */
export async function descriptorsComeDownTo(count: number): Promise<void> {
  while (openDescriptors() > count) await delay(5);
}
