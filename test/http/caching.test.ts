import { expect } from 'chai';
import { cacheControlOf } from '../../functions/stream/http/caching.ts';
import type { Grant } from '../../functions/stream/route/authorise.ts';
import { parseRoute } from '../../functions/stream/route/routes.ts';

const ASK = 'no-cache';
const NEVER = 'no-store';
const FOREVER = 'max-age=31536000, immutable';
const RESULT = `/made/a.mp4/${'x'.repeat(22)}.mp4`;

/** Every address, with the header of its answers; e2e/hygiene tests what real answers carry. */
const ADDRESSES: [path: string, answer: string][] = [
  ['/', ASK],
  ['/health', ASK],
  ['/media/a.mp4', ASK],
  ['/media/a.mp4?download=1', ASK],
  ['/media/a.mp4?faststart=1', ASK],
  ['/stream/a.mp4', ASK],
  ['/stream/a.mp4?height=360', ASK],
  ['/image/a.mp4?t=1', ASK],
  ['/image/a.mp4?t=1&v=abc', FOREVER],
  ['/image/a.mp4?t=1&v=abc&x%20y=1', FOREVER],
  // CloudFront's key would be that of the poster.
  ['/image/a.mp4?%74=1&v=abc', ASK],
  ['/storyboard/a.mp4/index.vtt', ASK],
  ['/storyboard/a.mp4/0.jpg', ASK],
  ['/storyboard/a.mp4/0.jpg?v=abc', FOREVER],
  ['/info/a.mp4', ASK],
  ['/export/a.mp4?format=mp3', NEVER],
  [RESULT, FOREVER],
  [`${RESULT}?download=1`, FOREVER],
  ['/hls/a.mp4/master.m3u8', ASK],
  ['/hls/a.mp4/copy/index.m3u8', ASK],
  ['/hls/a.mp4/copy/iframes.m3u8', ASK],
  ['/dash/a.mp4/manifest.mpd', ASK],
  ...['hls', 'dash'].flatMap((route) =>
    ['init.mp4', '0.m4s', 'iframe-0.m4s'].flatMap((name): [string, string][] => [
      [`/${route}/a.mp4/copy/${name}`, ASK],
      [`/${route}/a.mp4/copy/${name}?v=abc`, FOREVER],
      [`/${route}/a.mp4/copy/${name}?CMCD=su&v=abc`, FOREVER],
      // CloudFront's key has no such name, and equals that of the address without a version.
      [`/${route}/a.mp4/copy/${name}?%76=abc`, ASK],
      [`/${route}/a.mp4/copy/${name}?CMCD=v=a&%76=abc`, ASK],
    ]),
  ),
];

const SIGNED = { kind: 'signed', keyId: 'k', secondsLeft: 9, isShared: false, prefix: '' } as const;

describe('cacheControlOf', () => {
  for (const [path, answer] of ADDRESSES) {
    it(`says ${answer} of ${path}`, () => {
      const url = new URL(`https://sluice.example${path}`);
      const route = parseRoute(url);
      const said = (status: number, grant?: Grant) =>
        cacheControlOf(route, status, {
          grant: grant ?? { kind: 'open' },
          search: url.search,
          textSeconds: 0,
        });
      for (const status of [200, 204, 206, 304]) {
        expect(said(status), String(status)).to.equal(answer);
        expect(said(status, SIGNED), String(status)).to.equal(`${answer}, private`);
      }
      // An answer that CloudFront's cache may give to others stands for these bytes for ever.
      const shared = said(200, { ...SIGNED, isShared: true });
      expect(shared).to.equal(answer === FOREVER ? answer : `${answer}, private`);
      expect(said(307)).to.equal(NEVER);
      expect(said(307, SIGNED)).to.equal(`${NEVER}, private`);
      for (const status of [400, 403, 404, 405, 406, 412, 413, 414, 415, 416, 431, 500, 503, 504]) {
        expect(said(status), String(status)).to.equal(NEVER);
      }
    });
  }

  const TEXTS: [path: string, isText: boolean][] = [
    ['/hls/a.mp4/master.m3u8?start=5', true],
    ['/hls/a.mp4/copy/index.m3u8', true],
    ['/hls/a.mp4/text-0/subtitles.vtt', true],
    ['/hls/a.mp4/chapters.json', true],
    ['/dash/a.mp4/manifest.mpd', true],
    ['/subtitles/a.mp4/track-0.vtt?start=1', true],
    ['/storyboard/a.mp4/index.vtt', true],
    ['/storyboard/a.mp4/iframes.m3u8', true],
    // What follows is not the same for everybody, or not under the key of the cache.
    ['/storyboard/a.mp4/index.vtt?absolute=1', false],
    ['/hls/a.mp4/master.m3u8?%73tart=5', false],
    ['/storyboard/a.mp4/0.jpg', false],
    ['/hls/a.mp4/copy/0.m4s', false],
    ['/image/a.mp4', false],
    ['/info/a.mp4', false],
    ['/stream/a.mp4', false],
    ['/play/a.mp4', false],
    ['/media/a.mp4', false],
    ['/', false],
  ];
  for (const [path, isText] of TEXTS) {
    it(`lets CloudFront ${isText ? '' : 'never '}answer ${path} for some seconds`, () => {
      const url = new URL(`https://sluice.example${path}`);
      const said = (status: number, grant: Grant, textSeconds = 5) =>
        cacheControlOf(parseRoute(url), status, { grant, search: url.search, textSeconds });
      const shared = isText ? 'max-age=0, must-revalidate, s-maxage=5' : ASK;
      expect(said(200, { kind: 'open' })).to.equal(shared);
      expect(said(304, { kind: 'open' })).to.equal(shared);
      expect(said(200, { ...SIGNED, isShared: true })).to.equal(isText ? shared : `${ASK}, private`);
      // Nobody has removed the token from the key.
      expect(said(200, SIGNED)).to.equal(`${ASK}, private`);
      expect(said(200, { kind: 'open' }, 0)).to.equal(ASK);
      expect(said(404, { kind: 'open' })).to.equal(NEVER);
    });
  }

  it('lets nothing be stored of a request that names no address', () => {
    for (const status of [204, 400, 404, 405]) expect(cacheControlOf(null, status)).to.equal(NEVER);
  });
});
