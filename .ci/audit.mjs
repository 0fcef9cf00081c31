// Fails if npm knows of a serious hole in a package that the function contains. A registry without that service, as
// mirrors often are, is said and passes.
import { spawnSync } from 'node:child_process';

const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
  timeout: 120_000,
});
const report = parse(stdout);
const counts = report.metadata?.vulnerabilities;
if (counts === undefined) {
  console.log(
    `npm audit: the registry does not answer (${error?.message ?? report.message ?? 'no report'}).`,
  );
} else {
  console.log(`npm audit: ${JSON.stringify(counts)}`);
  for (const { name, severity, range } of Object.values(report.vulnerabilities ?? {}))
    console.log(`  ${severity}: ${name} ${range}`);
  if (counts.high + counts.critical > 0) process.exitCode = 1;
}

/** What is no report counts as none. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
