import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runMain } from '../testing/run-main.ts';

describe('main', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-main-'));
  });
  after(() => rm(directory, { recursive: true }));

  const wrong: [context: Record<string, unknown>, option: string][] = [
    [{ memroy: 3008 }, 'memroy'],
    [{ region: 'mars-north-1' }, 'region'],
    [{ memoryMegabytes: 64 }, 'memoryMegabytes'],
    [{ public: true, signingKeysParameter: '/sluice/keys' }, 'public'],
    [{ cdn: true }, 'cdn'],
  ];
  for (const [context, option] of wrong) {
    it(`ends with one sentence that names the option for ${JSON.stringify(context)}`, async () => {
      const { code, stdout, stderr } = await runMain(directory, context);
      expect(code).to.equal(1);
      expect(stdout).to.equal('');
      expect(stderr.trimEnd().split('\n'), stderr).to.have.length(1);
      expect(stderr).to.match(new RegExp(`\\b${option}\\b.*\\.\n$`));
      expect(await readdir(directory)).to.deep.equal([]);
    });
  }
});
