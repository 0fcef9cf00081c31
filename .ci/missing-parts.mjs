// Names the real parts that tests need and this machine lacks, with where to get them, and ends with 1 where there are any.
import { missingParts } from '../testing/needs.ts';

const missing = missingParts();
for (const part of missing) console.error(`This machine lacks ${part}.`);
process.exitCode = missing.length === 0 ? 0 : 1;
