import { expect } from 'chai';
import { parseSigningKeys } from '../../functions/stream/route/signing-keys.ts';
import { masked } from '../../testing/masked.ts';

const A = 'a'.repeat(32);
const BASE64 = 'Zm9v+/Zm9v+/Zm9v+/Zm9v+/Zm9v+/Zm9v+/Zm9v+/8=';

describe('parseSigningKeys', () => {
  const LISTS: [text: string, keys: [id: string, secret: string][]][] = [
    [`main:${A}`, [['main', A]]],
    [
      `web-2:${BASE64},old_1:${A}`,
      [
        ['web-2', BASE64],
        ['old_1', A],
      ],
    ],
    [`main:${A}\n`, [['main', A]]],
    [
      `  main:${A}\r\nold:${BASE64}\r\n`,
      [
        ['main', A],
        ['old', BASE64],
      ],
    ],
    [
      `main:${A} , old:${A}`,
      [
        ['main', A],
        ['old', A],
      ],
    ],
    [`${'m'.repeat(32)}:${'A'.repeat(256)}`, [['m'.repeat(32), 'A'.repeat(256)]]],
  ];
  for (const [text, keys] of LISTS) {
    it(`reads ${masked(JSON.stringify(text))}`, () => {
      expect(parseSigningKeys(text)).to.deep.equal(keys.map(([id, secret]) => ({ id, secret })));
    });
  }

  const WRONG: [text: string, why: RegExp][] = [
    ['', /entry 1 is not$/],
    [A, /entry 1 is not$/],
    [`main:${A.slice(1)}`, /secret of 32 to 256 .*entry 1 is not$/],
    [`main:${'a'.repeat(257)}`, /entry 1 is not$/],
    [`main:${A},old`, /entry 2 is not$/],
    [`main:${A},`, /entry 2 is not$/],
    [`main:${A},,old:${A}`, /entry 2 is not$/],
    [`main:${A} old:${A}`, /entry 1 is not$/],
    [`Main:${A}`, /entry 1 is not$/],
    [`${'m'.repeat(33)}:${A}`, /entry 1 is not$/],
    [`:${A}`, /entry 1 is not$/],
    [`main:${A}:x`, /entry 1 is not$/],
    [`main:${A}ä`, /entry 1 is not$/],
    [`main:pass word ${A}`, /entry 1 is not$/],
    [`main:${A},main:${BASE64}`, /^names the key "main" twice$/],
    [Array.from({ length: 17 }, (_, i) => `k${i}:${A}`).join(), /^must name at most 16 keys$/],
  ];
  for (const [text, why] of WRONG) {
    it(`${masked(JSON.stringify(text))} is none, and no secret is repeated`, () => {
      const wrong = parseSigningKeys(text);
      expect(wrong).to.match(why);
      expect(wrong).not.to.match(/aaaa|Zm9v/);
    });
  }
});
