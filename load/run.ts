import { mochaHooks } from '../testing/hooks.ts';
import { missedFigures } from './figures.ts';
import { type LoadReport, runLoad } from './session.ts';

const USAGE = `Usage: npm run load -- [SECONDS]

  Players of ranges, HLS and transcodes, four times as many transcodes at once as there are cores, for so long (60).
  It prints what they met, and ends with 1 where a byte was wrong, or where a run of 60 seconds or more is slower than promised:
  99 % of refusals within 100 ms, 99 % of ranges begun within 1 s, a right answer of each kind within 5 s after the load.
`;

async function main(): Promise<number> {
  const [text = '60'] = process.argv.slice(2);
  if (!/^\d{1,4}$/.test(text)) {
    process.stdout.write(USAGE);
    return 2;
  }
  const seconds = Number(text);
  const report = await runLoad(seconds);
  await mochaHooks.afterAll();
  print(report);
  const missed = missedFigures(report, seconds);
  for (const figure of missed) console.log(`missed: ${figure}`);
  return report.summary.wrong.length === 0 && missed.length === 0 ? 0 : 1;
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

process.exitCode = await main();
