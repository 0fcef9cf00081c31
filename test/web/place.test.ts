import { expect } from 'chai';
import { placeAddress, readPlace } from '../../web/place.ts';

const at = { pathname: '/~token/', hash: '#/hls/a%20b.mp4/master.m3u8' };

describe('a place in the library', () => {
  for (const [search, place] of [
    ['', { folder: '', typed: '', kind: null }],
    ['?folder=Films%2F', { folder: 'Films/', typed: '', kind: null }],
    ['?search=for%C3%AAt+a%26b&kind=video', { folder: '', typed: 'forêt a&b', kind: 'video' }],
  ] as const) {
    it(`stands in the address as ${search || 'nothing'}, beside what is played`, () => {
      expect(readPlace(search)).to.deep.equal(place);
      expect(placeAddress(place, at)).to.equal(`${at.pathname}${search}${at.hash}`);
    });
  }

  it('is read as far as it means something', () => {
    expect(readPlace('?folder=Films&kind=image&utm_source=x')).to.deep.equal({
      folder: 'Films/',
      typed: '',
      kind: null,
    });
  });
});
