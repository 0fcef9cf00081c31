import { expect } from 'chai';
import { evaluateConditions, ifRangeHolds, parseHttpDate } from '../../functions/stream/http/conditions.ts';

const lastModified = new Date('1994-11-06T08:49:37.600Z');
const current = { etag: '"v1"', lastModified };
const same = 'Sun, 06 Nov 1994 08:49:37 GMT';
const later = 'Sun, 06 Nov 1994 08:49:38 GMT';
const earlier = 'Sun, 06 Nov 1994 08:49:36 GMT';

const VERDICTS: [Record<string, string>, string][] = [
  [{}, 'proceed'],
  [{ 'if-match': '"v1"' }, 'proceed'],
  [{ 'if-match': '"a", "v1"' }, 'proceed'],
  [{ 'if-match': '*' }, 'proceed'],
  [{ 'if-match': 'W/"v1"' }, 'precondition-failed'],
  [{ 'if-match': 'v1' }, 'precondition-failed'],
  [{ 'if-match': '*', 'if-unmodified-since': earlier }, 'proceed'],
  [{ 'if-unmodified-since': earlier }, 'precondition-failed'],
  [{ 'if-unmodified-since': same }, 'proceed'],
  [{ 'if-unmodified-since': 'foo' }, 'proceed'],
  [{ 'if-none-match': '"v1"' }, 'not-modified'],
  [{ 'if-none-match': 'W/"v1"' }, 'not-modified'],
  [{ 'if-none-match': '"a", "b"' }, 'proceed'],
  [{ 'if-none-match': '*' }, 'not-modified'],
  [{ 'if-none-match': '"a"', 'if-modified-since': later }, 'proceed'],
  [{ 'if-modified-since': same }, 'not-modified'],
  [{ 'if-modified-since': earlier }, 'proceed'],
  [{ 'if-match': '"x"', 'if-none-match': '"v1"' }, 'precondition-failed'],
];

describe('evaluateConditions', () => {
  for (const [headers, verdict] of VERDICTS) {
    it(`${JSON.stringify(headers)}: ${verdict}`, () => {
      expect(evaluateConditions(new Headers(headers), current)).to.equal(verdict);
    });
  }
});

describe('ifRangeHolds', () => {
  const CASES: [string | null, boolean][] = [
    [null, true],
    ['"v1"', true],
    ['"v2"', false],
    ['W/"v1"', false],
    [same, true],
    [later, false],
    ['nonsense', false],
  ];
  for (const [value, holds] of CASES) {
    it(`${value}: ${holds}`, () => {
      expect(ifRangeHolds(new Headers(value === null ? {} : { 'if-range': value }), current)).to.equal(holds);
    });
  }
});

describe('ifRangeHolds, by the clock', () => {
  const NOW: [string, boolean][] = [
    ['1994-11-06T08:49:36.999Z', false],
    ['1994-11-06T08:49:37.000Z', false],
    ['1994-11-06T08:49:37.999Z', false],
    ['1994-11-06T08:49:38.000Z', true],
    ['1994-11-06T09:49:38.000Z', true],
  ];
  for (const [now, holds] of NOW) {
    it(`a date of 08:49:37 at ${now}: ${holds}; the tag always`, () => {
      expect(ifRangeHolds(new Headers({ 'if-range': same }), current, new Date(now))).to.equal(holds);
      expect(ifRangeHolds(new Headers({ 'if-range': '"v1"' }), current, new Date(now))).to.equal(true);
    });
  }
});

describe('parseHttpDate', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  const CASES: [string, string | null][] = [
    ['Sun, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
    ['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
    ['Sunday, 06-Nov-30 08:49:37 GMT', '2030-11-06T08:49:37.000Z'],
    ['Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37.000Z'],
    ['Sun, 06 Xyz 1994 08:49:37 GMT', null],
    ['Sun, 46 Nov 1994 08:49:37 GMT', null],
    ['1994-11-06', null],
    ['', null],
  ];
  for (const [text, iso] of CASES) {
    it(`${text}: ${iso}`, () => expect(parseHttpDate(text, now)?.toISOString() ?? null).to.equal(iso));
  }
});
