import { expect } from 'chai';
import { cachedPaths } from '../../cli/cached-paths.ts';

describe('cachedPaths', () => {
  const table: [key: string, paths: readonly string[]][] = [
    // With a star: the answer to ?download=1 has a key of its own.
    ['films/a.mp4', ['/films/a.mp4*', '/media/films/a.mp4*', '/hls/films/a.mp4/*', '/dash/films/a.mp4/*']],
    [
      'a ü.mp4',
      ['/a%20%C3%BC.mp4*', '/media/a%20%C3%BC.mp4*', '/hls/a%20%C3%BC.mp4/*', '/dash/a%20%C3%BC.mp4/*'],
    ],
    // As the client escapes it, and as it may be typed.
    [
      'a,b+c?.mp4',
      [
        ...[
          '/a%2Cb%2Bc%3F.mp4*',
          '/media/a%2Cb%2Bc%3F.mp4*',
          '/hls/a%2Cb%2Bc%3F.mp4/*',
          '/dash/a%2Cb%2Bc%3F.mp4/*',
        ],
        ...['/a,b%2Bc%3F.mp4*', '/media/a,b+c%3F.mp4*', '/hls/a,b+c%3F.mp4/*', '/dash/a,b+c%3F.mp4/*'],
      ],
    ],
    // CloudFront takes a star at the end alone.
    ['a*b.mp4', ['/a*', '/media/a*', '/hls/a*', '/dash/a*']],
  ];
  for (const [key, paths] of table) {
    it(`are ${paths[0]} and others for ${key}`, () => {
      expect(cachedPaths(key)).to.deep.equal(paths);
    });
  }
});
