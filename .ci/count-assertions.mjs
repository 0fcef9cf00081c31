// Compares what the tests of two commits assert: `node .ci/count-assertions.mjs BEFORE [AFTER]`. Prints for each folder how
// many tests (`it(`) and assertions (`expect(`) its files have, and ends with 1 where there are fewer of either in all.
import { execFileSync } from 'node:child_process';

const COUNTED = { tests: '\\bit(\\.\\w+)?\\(', assertions: '\\bexpect\\(' };

const [before, after = 'HEAD'] = process.argv.slice(2);
if (before === undefined) throw new Error('Name the commit before, and one after it unless that is HEAD.');

const counts = [before, after].map((commit) =>
  Object.fromEntries(Object.entries(COUNTED).map(([kind, pattern]) => [kind, countsOf(commit, pattern)])),
);
const folders = [
  ...new Set(counts.flatMap(({ tests, assertions }) => [...tests.keys(), ...assertions.keys()])),
];
const [was, is] = counts.map(({ tests, assertions }) => ({ tests: sum(tests), assertions: sum(assertions) }));

for (const folder of folders.sort()) {
  const [tests, assertions] = Object.keys(COUNTED).map((kind) =>
    counts.map((count) => count[kind].get(folder) ?? 0).join(' → '),
  );
  console.log(`${folder}: ${tests} tests, ${assertions} assertions`);
}
console.log(`in all: ${was.tests} → ${is.tests} tests, ${was.assertions} → ${is.assertions} assertions`);
process.exitCode = is.tests < was.tests || is.assertions < was.assertions ? 1 : 0;

/** Counts how often a pattern stands in the test files of a commit, by folder. */
function countsOf(commit, pattern) {
  const found = execFileSync('git', ['grep', '-noE', pattern, commit, '--', 'test/*.ts', 'testing/*.ts'], {
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  const counted = new Map();
  for (const line of found.split('\n').filter((each) => each !== '')) {
    const path = line.slice(commit.length + 1, line.indexOf('.ts:'));
    const folder = path.split('/').slice(0, -1).slice(0, 2).join('/');
    counted.set(folder, (counted.get(folder) ?? 0) + 1);
  }
  return counted;
}

function sum(counted) {
  return [...counted.values()].reduce((total, count) => total + count, 0);
}
