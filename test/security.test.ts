import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe('SECURITY.md', () => {
  const rows = readFileSync(at('../SECURITY.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.split(' | '));

  it('names a threat, a control and a test in each line', () => {
    expect(rows.length).to.be.above(20);
    for (const row of rows) expect(row).to.have.length(3);
  });

  for (const [threat = '', , tests = ''] of rows) {
    it(`has the tests that it names for "${threat.replace('| ', '').trim().slice(0, 60)}"`, () => {
      const named = [...tests.matchAll(/`([a-z0-9/-]+)`/g)].map(([, name]) => name);
      expect(named.length).to.be.above(0);
      for (const name of named) expect(existsSync(at(`./${name}.test.ts`)), name).to.equal(true);
    });
  }
});
