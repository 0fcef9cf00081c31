import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';

const told = new Set<string>();

/** Tells CI that a test of that file has begun: if mocha ends early, some files never get there. */
export function tellFile(file: string | undefined): void {
  const { FILES_OF_RUN } = process.env;
  if (!FILES_OF_RUN || file === undefined || told.has(file)) return;
  told.add(file);
  appendFileSync(FILES_OF_RUN, `${relative(process.cwd(), file)}\n`);
}
