import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Scope, type SigningKey, sign } from '../../functions/stream/route/sign.ts';
import { masked } from '../../testing/masked.ts';
import { needs, type Part } from '../../testing/needs.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

const HEX = { id: 'main', secret: '0123456789abcdef0123456789abcdef' };
const BASE64 = { id: 'web_2', secret: 'Zm9v+/Zm9v+/Zm9v+/Zm9v+/Zm9v+/Zm9v+/Zm9v+/8=' };
const key = (text: string): Scope => ({ kind: 'key', key: text });
const address = (text: string): Scope => ({ kind: 'address', address: text });

// Computed by Python's hmac. What was given out must go on to work: none of these may ever change.
const VECTORS: [SigningKey, Scope, number, string][] = [
  [HEX, key('film.mp4'), 1767225600, 'main.1767225600.k.iEH6Sxc8Dcw_TGmPqsDsbGaLp9b-6TK1xAx0Uc2PnHY'],
  [
    HEX,
    address('/media/film.mp4?download=1'),
    1767225600,
    'main.1767225600.a.Ba7owuAES-atvGfBoR_UxnpWQfsf7y8KUmSO1m2Cltg',
  ],
  [
    BASE64,
    key('films/ä b/€.mkv'),
    9999999999,
    'web_2.9999999999.k._YaWt3TQK_tPj2ieyNQ3vdwNURNo2SXO446QgDdNTH8',
  ],
  [BASE64, address('/'), 1, 'web_2.1.a.ev3ufpMfh7rYP9iQAU5yo5vUPAZBkrl7sPRFv-JLxxw'],
];

describe('sign', () => {
  for (const [signingKey, scope, expires, token] of VECTORS) {
    it(`makes ${masked(token)}`, () => expect(sign(signingKey, scope, expires)).to.equal(token));
  }

  for (const expires of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Date.now()]) {
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
