import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);
const source = (file: string) =>
  JSON.stringify(new URL(`../../../functions/stream/media/isobmff/${file}`, import.meta.url).href);

/**
 * Half a million samples, the most that are cached, whose times and sizes all differ from those before: no
 * two share an entry of a table.
 */
const PROGRAM = `
  import { createSampleLog, logSamples } from ${source('sample-log.ts')};
  import { flatHead } from ${source('write-flat.ts')};
  const log = createSampleLog({
    kind: 'video', timescale: 90000, sampleEntry: Buffer.alloc(100), language: 'und', width: 320, height: 180,
    matrix: null, delaySeconds: 0, mediaTime: 0, durationTicks: null,
  });
  const before = process.resourceUsage().maxRSS;
  let dts = 0;
  let offset = 0;
  for (let i = 0; i < 50_000; i++) {
    const samples = [];
    for (let j = 0; j < 10; j++) {
      const duration = 1500 + ((i + j) % 7);
      samples.push({ dts, pts: dts + 3000 * (j % 3), duration, sizeBytes: 1000 + (i % 999), isSync: j === 0 });
      dts += duration;
    }
    offset = logSamples(log, offset, samples);
  }
  const head = flatHead([log], offset);
  console.log(JSON.stringify({ headBytes: head.length, kilobytes: process.resourceUsage().maxRSS - before }));
`;

describe('the index of half a million samples', function () {
  this.timeout(120_000);

  it('is written in bounded memory', async () => {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
    const { stdout } = await run(process.execPath, args);
    const { headBytes, kilobytes } = JSON.parse(stdout) as { headBytes: number; kilobytes: number };
    console.log(
      `      ${(headBytes / 1e6).toFixed(1)} MB of index, ${Math.round(kilobytes / 1024)} MB of memory`,
    );
    expect(headBytes).to.be.above(8e6);
    expect(kilobytes / 1024).to.be.below(250);
  });
});
