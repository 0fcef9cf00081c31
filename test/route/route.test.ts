import { expect } from 'chai';
import { refuseRewrittenPath } from '../../functions/stream/base/key.ts';
import { addressOf } from '../../functions/stream/route/address-of.ts';
import { parseRoute } from '../../functions/stream/route/routes.ts';
import { thrownBy } from '../../testing/problem.ts';

const route = (path: string) => parseRoute(new URL(`https://sluice.example${path}`));

describe('parseRoute', () => {
  const KEYS: [string, string][] = [
    ['/media/a/b.mp4', 'a/b.mp4'],
    ['/media/a%20b%2Bc.mp4', 'a b+c.mp4'],
    ['/media/a+b.mp4', 'a+b.mp4'],
    ['/media/%E2%82%AC.mp4', '€.mp4'],
    ['/media/what%3F%23%25.mp4', 'what?#%.mp4'],
    ['/media//double//slash', '/double//slash'],
    ['/media/folder/', 'folder/'],
    ['/media/https://elsewhere.example/x.mp4', 'https://elsewhere.example/x.mp4'],
  ];
  for (const [path, key] of KEYS) {
    it(`${path} names ${key}`, () => expect(route(path)).to.include({ kind: 'media', key }));
  }

  it('writes addresses that it reads', () => {
    for (const [, key] of KEYS) expect(route(addressOf('stream', key))).to.include({ kind: 'stream', key });
  });

  const PROBLEMS: [string, number, RegExp][] = [
    ['/nowhere', 404, /nothing at this address/],
    ['/media', 404, /nothing at this address/],
    ['/media/', 404, /names no object/],
    ['/media/%Ft', 400, /percent-encoded/],
    ['/media/%ff', 400, /percent-encoded/],
    ['/media/a%00b', 400, /control/],
    ['/media/a%0d%0ab', 400, /control/],
    ['/media/a%5c..%5cb', 400, /backslashes/],
    ['/media/a%2f..%2fb', 400, /segments/],
    [`/media/${'x'.repeat(1025)}`, 400, /1024 bytes/],
    ['/media/a.mp4?height=3', 400, /Unknown parameter "height".*faststart, download/],
    [
      '/stream/a.mp4?heigth=3',
      400,
      /^Unknown parameter "heigth" \(is "height" meant\?\): this address takes/,
    ],
    ['/media/a?dowload=1', 400, /is "download" meant\?/],
    ['/stream/a?HEIGHT=360', 400, /is "height" meant\?/],
    ['/stream/a?CMCD=bs&strat=3', 400, /is "start" meant\?/],
    ['/hls/a/720p/0.m4s?v=x&bitrate=9', 400, /"bitrate".*takes v/],
    ['/health?duration=1', 400, /takes none/],
    [`/?after=${'%C3%A9'.repeat(513)}`, 400, /"after" must be a key/],
    ['/stream/a?start=1&end=2', 400, /Unknown parameter "end": this address takes .*duration/],
    ['/subtitles/a/track-2.vtt?end=2', 400, /Unknown parameter "end"/],
    ['/stream/a?format=avi', 400, /"format" must be one of mp4, webm/],
    ['/stream/a?height=8', 400, /"height" must be a whole number between 16 and 4320/],
    ['/stream/a?height=1e2', 400, /"height" must be a whole number/],
    ['/stream/a?height=', 400, /"height" must be a whole number/],
    ['/stream/a?speed=0.4', 400, /"speed" must be a number between 0.5 and 3, with 2 decimals at most/],
    ['/stream/a?speed=1.125', 400, /"speed" must be a number/],
    ['/stream/a?speed=fast', 400, /"speed" must be a number/],
    ['/stream/a?loudness=16', 400, /"loudness" must be a number between -31 and -9, with 1 decimal at most/],
    ['/export/a?loudness=-16.25', 400, /"loudness" must be a number/],
    ['/stream/a?burn=../a.srt', 400, /"burn" must name subtitles as \/info does, such as track-2/],
    ['/hls/a/master.m3u8?burn=track-2', 400, /Unknown parameter "burn": this address takes .*subtitles/],
    ['/stream/a?height=1&height=2', 400, /"height" is given twice/],
    ['/stream/a?start=-1', 400, /"start" must be a number of seconds between 0 and 86400/],
    ['/stream/a?duration=0', 400, /"duration" must be a number of seconds between 0.1/],
    ['/stream/a?bitrate=1', 400, /"bitrate" must be between 8k and 50M/],
    ['/stream/a?audio=x', 400, /"audio" must be a whole number between 0 and 63/],
    ['/stream/a?accept=;', 400, /"accept" must list/],
    ['/media/a?faststart=yes', 400, /"faststart" must be 1 or 0/],
  ];
  for (const [path, status, sentence] of PROBLEMS) {
    it(`${path.slice(0, 60)}: ${status}`, () => {
      const problem = thrownBy(() => route(path));
      expect(problem.status).to.equal(status);
      expect(problem.message).to.match(sentence);
    });
  }

  it('leaves alone what players, CDNs and campaigns add, however often', () => {
    const added =
      'CMCD=bl%3D2100&CMCD=x&_HLS_primary_id=1&utm_source=x&__proto__=1&=&fbclid&%ff=1&heightfield=2';
    for (const path of [
      '/media/a',
      '/info/a',
      '/stream/a',
      '/hls/a/720p/0.m4s',
      '/dash/a/manifest.mpd',
      '/',
    ]) {
      expect(route(`${path}?${added}`), path).to.deep.equal(route(path));
    }
    expect(route(`/stream/a?height=360&${added}`)).to.deep.equal(route('/stream/a?height=360'));
  });

  it('reads every parameter of /stream', () => {
    const path =
      '/stream/a?format=mp4&height=360&width=640&bitrate=2.5M&start=1.5&duration=10&audio=1&channels=6&speed=1.25&loudness=-16.5&burn=track-2&metadata=keep&accept=hevc,AAC';
    expect(route(path)).to.deep.include({
      kind: 'stream',
      parameters: {
        format: 'mp4',
        height: 360,
        width: 640,
        bitrate: 2_500_000,
        startSeconds: 1.5,
        durationSeconds: 10,
        audio: 1,
        channels: 6,
        speed: 1.25,
        loudness: -16.5,
        burn: 'track-2',
        metadata: 'keep',
        accept: ['hevc', 'aac'],
      },
    });
  });
});

describe('refuseRewrittenPath', () => {
  for (const path of [
    '/media/../x',
    '/media/%2e%2E/x',
    '/media/.%2e',
    '/media/./x',
    '/media\\..\\x',
    '/media%5c',
  ]) {
    it(path, () => expect(thrownBy(() => refuseRewrittenPath(path)).type).to.equal('bad-address'));
  }
  for (const path of ['/media/a..b', '/media/...', '/media/.hidden', '/']) {
    it(`${path} is left alone`, () => expect(() => refuseRewrittenPath(path)).not.to.throw());
  }
});
