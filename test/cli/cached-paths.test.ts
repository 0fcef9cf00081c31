import { expect } from 'chai';
import { cachedPaths } from '../../cli/cached-paths.ts';

describe('cachedPaths', () => {
  /** As the bucket and each route have a path; `asked` is the key in addresses, `below` what follows it. */
  const all = (stored: string, asked: string, below = '/*') => [
    `/${stored}*`,
    // With a star: the answer to ?download=1 has a key of its own.
    `/media/${asked}*`,
    ...['hls', 'dash'].map((route) => `/${route}/${asked}${below}`),
    ...['image', 'waveform'].map((route) => `/${route}/${asked}*`),
    ...['storyboard', 'subtitles'].map((route) => `/${route}/${asked}${below}`),
  ];
  const table: [key: string, paths: readonly string[]][] = [
    ['films/a.mp4', all('films/a.mp4', 'films/a.mp4')],
    ['a ü.mp4', all('a%20%C3%BC.mp4', 'a%20%C3%BC.mp4')],
    ['a,b+c?.mp4', all('a%2Cb%2Bc%3F.mp4', 'a%2Cb%2Bc%3F.mp4')],
    ['/a//b%41.mp4', all('/a//b%2541.mp4', '/a//b%2541.mp4')],
    // CloudFront takes a star at the end alone.
    ['a*b.mp4', all('a', 'a', '*')],
  ];
  for (const [key, paths] of table) {
    it(`are ${paths[0]} and others for ${key}`, () => {
      expect(cachedPaths(key)).to.deep.equal(paths);
      // CloudFront takes no more at once.
      expect(paths.length).to.be.at.most(15);
    });
  }
});
