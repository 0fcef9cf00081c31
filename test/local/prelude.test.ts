import { expect } from 'chai';
import { parsePrelude, preludeReader } from '../../local/prelude.ts';

const NULS = '\0'.repeat(8);

describe('preludeReader', () => {
  const whole = Buffer.from(`{"statusCode":206,"headers":{"A":"1"}}${NULS}\0\0body`, 'latin1');
  const expected = { statusCode: 206, headers: { a: '1' }, cookies: [] };

  for (const size of [1, 2, 3, 7, 8, 9, 37, 38, 39, 45, 46, 47, 1000]) {
    it(`does not depend on framing: chunks of ${size} bytes`, () => {
      const read = preludeReader();
      for (let at = 0; at < whole.length; at += size) {
        const step = read(whole.subarray(at, at + size));
        if (step.kind === 'incomplete') continue;
        if (step.kind === 'invalid') throw new Error(step.reason);
        expect(step.prelude).to.deep.equal(expected);
        const body = Buffer.concat([step.rest, whole.subarray(at + size)]);
        expect(body.toString('latin1')).to.equal('\0\0body');
        return;
      }
      expect.fail('the prelude was never complete');
    });
  }

  it('waits for all eight NULs', () => {
    expect(preludeReader()(Buffer.from(`{}${'\0'.repeat(7)}`)).kind).to.equal('incomplete');
  });

  it('gives up on a prelude without end', () => {
    const read = preludeReader();
    const chunk = Buffer.alloc(16 * 1024, 'x');
    const kinds = Array.from({ length: 5 }, () => read(chunk).kind);
    expect(kinds).to.deep.equal(['incomplete', 'incomplete', 'incomplete', 'incomplete', 'invalid']);
  });
});

describe('parsePrelude', () => {
  const valid: [json: string, prelude: object][] = [
    ['{}', { statusCode: 200, headers: {}, cookies: [] }],
    ['{"statusCode":404}', { statusCode: 404, headers: {}, cookies: [] }],
    [
      '{"headers":{"Content-Length":12,"x":true},"cookies":["a=1; Path=/"]}',
      { statusCode: 200, headers: { 'content-length': '12', x: 'true' }, cookies: ['a=1; Path=/'] },
    ],
  ];
  for (const [json, prelude] of valid) {
    it(`reads ${json}`, () => expect(parsePrelude(json)).to.deep.equal(prelude));
  }

  const invalid: [json: string, reason: string][] = [
    ['', 'the prelude is not JSON'],
    ['{"statusCode"', 'the prelude is not JSON'],
    ['[]', 'the prelude is not a JSON object'],
    ['null', 'the prelude is not a JSON object'],
    ['{"statusCode":"200"}', 'the status code "200" is not a whole number from 200 to 599'],
    ['{"statusCode":100}', 'the status code 100 is not a whole number from 200 to 599'],
    ['{"statusCode":1e9}', 'the status code 1000000000 is not a whole number from 200 to 599'],
    ['{"headers":["a"]}', 'the headers are not a JSON object'],
    ['{"headers":{"a":["1","2"]}}', 'the header "a" is not a string'],
    ['{"headers":{"a b":"1"}}', 'the header "a b" cannot be sent'],
    ['{"headers":{"a":"1\\r\\nb: 2"}}', 'the header "a" cannot be sent'],
    ['{"headers":{"a":"\\u20ac"}}', 'the header "a" cannot be sent'],
    ['{"cookies":"a=1"}', 'the cookies are not an array'],
    ['{"cookies":[1]}', 'a cookie cannot be sent'],
    ['{"cookies":["a\\nb"]}', 'a cookie cannot be sent'],
  ];
  for (const [json, reason] of invalid) {
    it(`refuses ${JSON.stringify(json)}`, () => expect(parsePrelude(json)).to.equal(reason));
  }
});
