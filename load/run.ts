import { mochaHooks } from '../testing/hooks.ts';
import { priceOf } from './billed.ts';
import { missedFigures } from './figures.ts';
import { type HostileReport, runHostile, SCENARIOS, type Scenario } from './hostile.ts';
import { type LoadReport, runLoad } from './session.ts';
import { refusalsOf } from './viewer.ts';

const USAGE = `Usage: npm run load -- [SECONDS]
       npm run load -- hostile [${Object.keys(SCENARIOS).join('|')}] [SECONDS]

  Players of ranges, HLS and transcodes, four times as many transcodes at once as there are cores, for so long (60).
  It prints what they met, and ends with 1 where a byte was wrong, or where a run of 60 seconds or more is slower than promised:
  99 % of refusals within 100 ms, 99 % of ranges begun within 1 s, a right answer of each kind within 5 s after the load.

  hostile: a thousand clients that want to cost, and a few viewers. It prints what Lambda would bill, and ends with 1 where
  a viewer was refused anything, if only once, by the service with signed addresses, which is the default, or by the open one behind
  CloudFront (fronted).
`;

async function main(args: readonly string[]): Promise<number> {
  const isHostile = args[0] === 'hostile';
  const rest = isHostile ? args.slice(1) : args;
  const named = isHostile && rest[0] !== undefined && Object.hasOwn(SCENARIOS, rest[0]) ? [rest[0]] : [];
  const [text = '60', ...others] = rest.slice(named.length);
  if (!/^\d{1,4}$/.test(text) || others.length > 0) {
    process.stdout.write(USAGE);
    return 2;
  }
  const seconds = Number(text);
  if (isHostile) return runScenarios(named.length > 0 ? named : Object.keys(SCENARIOS), seconds);
  const report = await runLoad(seconds);
  await mochaHooks.afterAll();
  print(report);
  const missed = missedFigures(report, seconds);
  for (const figure of missed) console.log(`missed: ${figure}`);
  return report.summary.wrong.length === 0 && missed.length === 0 ? 0 : 1;
}

async function runScenarios(names: readonly string[], seconds: number): Promise<number> {
  let failures = 0;
  for (const name of names as (keyof typeof SCENARIOS)[]) {
    const scenario = SCENARIOS[name];
    const report = await runHostile(scenario, seconds);
    printHostile(scenario, report, seconds);
    failures += report.failures;
  }
  await mochaHooks.afterAll();
  return failures === 0 ? 0 : 1;
}

function printHostile(
  { name, clients, maxInstances, backMilliseconds }: Scenario,
  { kinds, gigabyteSeconds, viewers, front }: HostileReport,
  seconds: number,
): void {
  console.log(`${clients} clients for ${seconds} s, ${name}, at most ${maxInstances} instances.`);
  console.log(`Who is refused comes back after ${backMilliseconds / 1_000} s. GB-seconds:`);
  const rounded = Object.entries(kinds).map(([kind, { requests, gigabyteSeconds: sum, most, statuses }]) => [
    kind,
    { requests, sum: Number(sum.toFixed(1)), most: Number(most.toFixed(2)), statuses },
  ]);
  console.table(Object.fromEntries(rounded));
  const answered = Object.values(kinds).reduce((sum, each) => sum + each.gigabyteSeconds, 0);
  const tell = (what: string, sum: number) =>
    console.log(`${what}: ${sum.toFixed(0)} GB-seconds, $${priceOf(sum).toFixed(4)}`);
  tell('hostile requests that were answered', answered);
  // Also what is not answered yet, what goes on without its client, and, on a busy machine, the way to an instance.
  tell('all that instances were busy with', gigabyteSeconds);
  if (front !== null) {
    console.log(`CloudFront: ${front.hits} answers from its cache, ${front.misses} fetched`);
  }
  console.log('viewers:');
  console.table(viewers);
  const refused = viewers.reduce((sum, viewer) => sum + refusalsOf(viewer), 0);
  if (refused > 0) {
    console.log(
      `They were refused ${refused} times, since all ${maxInstances} instances (reservedConcurrency) were busy.`,
    );
    console.log(
      'docs/cost.md#what-strangers-can-cost says what to set: cdn, playlistSeconds, signingKeysParameter.',
    );
  }
}

function print({ summary, recoveryMilliseconds, players, instances }: LoadReport): void {
  const groups = Object.entries(players).map(([name, count]) => `${count} ${name}`);
  console.log(`Players: ${groups.join(', ')}; at most ${instances} instances. Milliseconds:`);
  console.table(summary.rows);
  const { refusedP50, refusedP99, refusedMost, statuses, wrong } = summary;
  console.log(
    `statuses: ${Object.entries(statuses)
      .map(([status, count]) => `${count} × ${status}`)
      .join(', ')}`,
  );
  console.log(
    `refused after ${refusedP50} ms (median), ${refusedP99} ms (99 %), ${refusedMost} ms at the most`,
  );
  console.log(`a right answer of each kind ${(recoveryMilliseconds / 1_000).toFixed(1)} s after the load`);
  console.log([`${wrong.length} wrong answers`, ...wrong.slice(0, 20)].join('\n'));
}

process.exitCode = await main(process.argv.slice(2));
