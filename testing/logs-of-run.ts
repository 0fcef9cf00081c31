import { appendFileSync } from 'node:fs';
import type { LogLine } from '../local/instance.ts';

/** Records a service's line for CI, which searches all of them for secrets: they are printed nowhere. */
export function keepForRun({ text }: LogLine): void {
  const { LOGS_OF_RUN } = process.env;
  if (LOGS_OF_RUN) appendFileSync(LOGS_OF_RUN, `${text}\n`);
}
