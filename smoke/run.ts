import { CHECKS } from './checks.ts';
import { parseSmoke, type SmokeOptions, USAGE } from './options.ts';
import { countRows, printJson, printTable } from './report.ts';
import { runChecks } from './run-checks.ts';
import { openSession, UsageError } from './session.ts';

/** If the output is not a terminal. */
const COLUMNS = 160;

/** `npm run smoke`: checks a service from outside and prints the results. Resolves to the exit code. */
async function main(): Promise<number> {
  const options = readOptions();
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const session = await openSession(options);
  const service = `${options.service.origin}${options.service.prefix}`;
  if (!options.json) process.stdout.write(`Checking ${service} with ${JSON.stringify(session.key)}\n\n`);
  const rows = await runChecks(session, CHECKS);
  process.stdout.write(
    options.json
      ? printJson(service, session.key, rows)
      : printTable(rows, process.stdout.columns ?? COLUMNS),
  );
  return countRows(rows).failed === 0 ? 0 : 1;
}

function readOptions(): SmokeOptions | 'help' {
  try {
    return parseSmoke(process.argv.slice(2));
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
