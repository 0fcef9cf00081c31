import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { CachedAccess } from '../../functions/stream/source/cache.ts';
import { appended, overlay } from '../../functions/stream/source/overlay.ts';

const bytes = Buffer.from('0123456789');
const access: CachedAccess = {
  sizeBytes: bytes.length,
  read: async (start, end) => bytes.subarray(start, end),
  stream: ({ start, end }) =>
    Readable.from(
      [...bytes.subarray(start, end)].map((byte) => Buffer.of(byte)),
      { objectMode: false },
    ),
};
const patched = overlay(access, [
  { start: 2, bytes: Buffer.from('abc') },
  { start: 8, bytes: Buffer.from('yz') },
]);

describe('overlay', () => {
  const CASES: [number, number, string][] = [
    [0, 10, '01abc567yz'],
    [3, 9, 'bc567y'],
    [5, 8, '567'],
    [9, 10, 'z'],
  ];
  for (const [start, end, expected] of CASES) {
    it(`[${start}, ${end})`, async () => {
      expect(Buffer.from(await patched.read(start, end)).toString()).to.equal(expected);
      expect(Buffer.concat(await patched.stream({ start, end }).toArray()).toString()).to.equal(expected);
    });
  }

  it('leaves the source alone', () => expect(bytes.toString()).to.equal('0123456789'));
});

describe('appended', () => {
  const longer = appended(access, 8, Buffer.from('abc'));
  const CASES: [number, number, string][] = [
    [0, 11, '01234567abc'],
    [2, 5, '234'],
    [7, 10, '7ab'],
    [9, 20, 'bc'],
  ];
  for (const [start, end, expected] of CASES) {
    it(`[${start}, ${end})`, async () => {
      expect(Buffer.from(await longer.read(start, end)).toString()).to.equal(expected);
      expect(Buffer.concat(await longer.stream({ start, end }).toArray()).toString()).to.equal(expected);
    });
  }

  it('is as long as both', () => expect(longer.sizeBytes).to.equal(11));
});
