import { expect } from 'chai';
import { jointRecord, readAvcRecord, takesParts } from '../../../functions/stream/media/codecs/avc-record.ts';

/** Sets that ffmpeg wrote: of a film (number 0), and of an encoded part (number 31). */
const FILM = record(['6764000cacb202833f3e0220000003002000000641e28549'], ['68ebc3cb22c0']);
const PART = record(['6764000c040b2c80a0cfcf80880000030008000003019078a15240'], ['68040082bc3cb22c']);

function record(sequenceSets: readonly string[], pictureSets: readonly string[], lengthSize = 4): Buffer {
  const list = (sets: readonly string[]) =>
    sets.flatMap((set) => [Buffer.from([0, set.length / 2]), Buffer.from(set, 'hex')]);
  return Buffer.concat([
    Buffer.from([1, 77, 0x40, 12, 0xfc | (lengthSize - 1), 0xe0 | sequenceSets.length]),
    ...list(sequenceSets),
    Buffer.from([pictureSets.length]),
    ...list(pictureSets),
  ]);
}

const read = (bytes: Uint8Array) => {
  const found = readAvcRecord(bytes);
  if (found === null) throw new Error('The record cannot be read.');
  return found;
};

describe('the decoder configuration of H.264', () => {
  it('holds the parameter sets of a film and of its encoded parts', () => {
    const joint = read(jointRecord(read(FILM), { ...read(PART), level: 31 }));
    expect(joint.level).to.equal(31);
    expect(joint.lengthSize).to.equal(4);
    const hex = (sets: readonly Uint8Array[]) => sets.map((set) => Buffer.from(set).toString('hex'));
    expect(hex(joint.sequenceSets)).to.deep.equal([
      ...hex(read(FILM).sequenceSets),
      ...hex(read(PART).sequenceSets),
    ]);
    expect(hex(joint.pictureSets)).to.deep.equal([
      ...hex(read(FILM).pictureSets),
      ...hex(read(PART).pictureSets),
    ]);
  });

  it('takes parts if their number is free and lengths have four bytes', () => {
    expect(takesParts(read(FILM))).to.equal(true);
    expect(takesParts(read(PART))).to.equal(false);
    const { sequenceSets } = read(FILM);
    expect(takesParts({ ...read(PART), sequenceSets })).to.equal(false);
    expect(takesParts({ ...read(FILM), lengthSize: 2 })).to.equal(false);
    expect(takesParts({ ...read(FILM), pictureSets: [new Uint8Array(1)] })).to.equal(false);
  });

  it('is refused if it ends early, or lacks a set', () => {
    for (let length = 0; length < FILM.length; length++)
      expect(readAvcRecord(FILM.subarray(0, length)), String(length)).to.equal(null);
    expect(readAvcRecord(record([], ['68ebc3cb22c0']))).to.equal(null);
    expect(readAvcRecord(record(['6764000d'], []))).to.equal(null);
  });
});
