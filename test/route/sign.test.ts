import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { sign } from '../../functions/stream/route/sign.ts';
import { masked } from '../../testing/masked.ts';
import { needs, type Part } from '../../testing/needs.ts';
import { HEX, key, NO_TIMES, VECTORS } from '../../testing/sign-vectors.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

describe('sign', () => {
  for (const [signingKey, scope, expires, token] of VECTORS) {
    it(`makes ${masked(token)}`, () => expect(sign(signingKey, scope, expires)).to.equal(token));
  }

  for (const expires of NO_TIMES) {
    it(`refuses ${expires} for a time in seconds`, () => {
      expect(() => sign(HEX, key('film.mp4'), expires)).to.throw(RangeError, /not a time in whole seconds/);
    });
  }

  const EXAMPLES: [string, string[], Part[]][] = [
    ['node', ['examples/sign.mjs'], []],
    ['/usr/bin/python3', ['examples/sign.py'], ['python']],
    ['/bin/sh', ['examples/sign.sh'], ['openssl']],
  ];
  for (const [command, args, parts] of EXAMPLES) {
    it(`${args[0]} makes the same of keys`, async function () {
      needs(this, ...parts);
      for (const [{ id, secret }, scope, expires, token] of VECTORS) {
        if (scope.kind !== 'key') continue;
        const env = { PATH: process.env.PATH, KEY_ID: id, SECRET: secret };
        const { stdout } = await run(command, [...args, scope.key, String(expires)], { cwd: root, env });
        expect(stdout).to.equal(`${token}\n`);
      }
    });
  }
});
