import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const TESTS = fileURLToPath(new URL('../', import.meta.url));

/**
 * Names which a hook takes for set though its suite's `before` sets them behind a `needs`: mocha runs the hooks behind a
 * suite that was skipped, so that on a machine without the part the run fails.
 */
function unguarded(source: string): string[] {
  const before =
    /^( *)before\((?:async )?function \(\) \{\n(?:\1 .*\n|\n)*?\1 .*needs\w*\((?:.|\n)*?^\1\}\);\n/gm;
  return [...source.matchAll(before)].flatMap((found) => {
    const [body, indent = ''] = found;
    const names = [...body.matchAll(/^ +(\w+) = /gm)].map(([, name = '']) => name);
    const rest = source.slice(found.index + body.length);
    // To the end of the suite, which is the first line that is indented less.
    const suite = rest.slice(0, rest.search(new RegExp(`^ {0,${indent.length - 1}}\\S`, 'm')));
    const hooks = [
      ...suite.matchAll(new RegExp(`^${indent}after(?:Each)?\\((?:.*\\);$|[^]*?^${indent}\\}\\);$)`, 'gm')),
    ];
    return hooks.flatMap(([hook]) =>
      names.filter((name) => {
        const isUsed = new RegExp(`\\b${name}\\b(?!\\?\\.)`).test(hook);
        const isGuarded = new RegExp(
          `if \\(${name}\\b|\\b${name} [!=]== undefined|\\b${name}\\b[^;]*\\)\\s*if \\(`,
        );
        return isUsed && !isGuarded.test(hook);
      }),
    );
  });
}

describe('hooks behind a suite that was skipped', () => {
  it('take nothing for set', () => {
    const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' });
    const found = files
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap((file) =>
        unguarded(readFileSync(`${TESTS}${file}`, 'utf8')).map((name) => `${file}: ${name}`),
      );
    expect(found).to.deep.equal([]);
  });

  it('are found where one does', () => {
    const suite = (hook: string) =>
      `describe('a', () => {\n  before(async function () {\n    needs(this, 'ceph');\n    folder = await make();\n  });\n  ${hook}\n});\n`;
    expect(unguarded(suite('after(() => rm(folder));'))).to.deep.equal(['folder']);
    expect(unguarded(suite('after(async () => {\n    await rm(folder);\n  });'))).to.deep.equal(['folder']);
    expect(unguarded(suite('after(() => folder?.close());'))).to.deep.equal([]);
    expect(unguarded(suite('after(async () => {\n    if (folder) await rm(folder);\n  });'))).to.deep.equal(
      [],
    );
  });
});
