import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe('SECURITY.md', () => {
  const [, threats = ''] = readFileSync(at('../SECURITY.md'), 'utf8').split(
    '\n## Threats, controls, tests\n',
  );
  const [own = ''] = threats.split('\n## ');
  const sections = own
    .split('\n### ')
    .slice(1)
    .map((section) => section.trim().split('\n\n'));

  it('names a threat, a control and a test in each section', () => {
    expect(sections.length).to.be.above(20);
    for (const section of sections) expect(section).to.have.length(3);
  });

  for (const [threat = '', , tests = ''] of sections) {
    it(`has the tests that it names for "${threat.slice(0, 60)}"`, () => {
      const named = [...tests.matchAll(/`([a-z0-9/-]+)`/g)].map(([, name]) => name);
      expect(tests).to.match(/^Tests: /);
      expect(named.length).to.be.above(0);
      for (const name of named) expect(existsSync(at(`./${name}.test.ts`)), name).to.equal(true);
    });
  }
});
