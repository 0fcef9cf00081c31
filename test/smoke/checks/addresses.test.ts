import { expect } from 'chai';
import { encodeOneLetter } from '../../../smoke/checks/addresses.ts';

describe('encodeOneLetter', () => {
  const TABLE: [key: string, address: string | null][] = [
    ['film.mp4', '/media/%66ilm.mp4'],
    ['films of 2008/a b.mp4', '/media/films%20of%202008/%61%20b.mp4'],
    ['Größe.mp4', '/media/%47r%C3%B6%C3%9Fe.mp4'],
    ['äfilm', '/media/%C3%A4%66ilm'],
    ['100% 🎬', '/media/%3100%25%20%F0%9F%8E%AC'],
    ['letters/🎬', null],
  ];
  for (const [key, address] of TABLE) {
    it(`${key}: ${address ?? 'none'}`, () => {
      expect(encodeOneLetter(key)).to.equal(address);
      if (address !== null) expect(decodeURIComponent(address)).to.equal(`/media/${key}`);
    });
  }
});
