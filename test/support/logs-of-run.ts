import { appendFileSync } from 'node:fs';
import type { LogLine } from '../../local/instance.ts';

/** Keeps a service's line for CI, which looks through all of them for secrets: what a test hears is printed nowhere. */
export function keepForRun({ text }: LogLine): void {
  const { LOGS_OF_RUN } = process.env;
  if (LOGS_OF_RUN) appendFileSync(LOGS_OF_RUN, `${text}\n`);
}
