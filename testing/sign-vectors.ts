import type { Scope, SigningKey } from '../functions/stream/route/sign.ts';

export const HEX = { id: 'main', secret: '0123456789abcdef0123456789abcdef' };
const BASE64 = { id: 'web_2', secret: 'Zm9v+/Zm9v+/Zm9v+/Zm9v+/Zm9v+/Zm9v+/Zm9v+/8=' };
export const key = (text: string): Scope => ({ kind: 'key', key: text });
const address = (text: string): Scope => ({ kind: 'address', address: text });

// Computed by Python's hmac. What was given out must go on to work: none of these may ever change.
export const VECTORS: [SigningKey, Scope, number, string][] = [
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

/** What is no time in whole seconds since 1970. */
export const NO_TIMES = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Date.now()];
