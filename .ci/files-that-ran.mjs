// Ends with 1 where a test file ran no test: `node files-that-ran.mjs LIST FILE…`.
// LIST names the files of which a test has begun, one a line (testing/files-of-run.ts). mocha ends with 0, and leaves
// out what comes later, where a file waits for ever for something at its top.
import { readFileSync } from 'node:fs';

const [list, ...files] = process.argv.slice(2);
const ran = new Set(readFileSync(list, 'utf8').split('\n'));
const silent = files.filter((file) => !ran.has(file)).sort();
for (const file of silent) console.error(`No test of ${file} has run.`);
console.log(`Of ${files.length} test files, ${files.length - silent.length} ran a test.`);
process.exitCode = silent.length === 0 && files.length > 0 ? 0 : 1;
