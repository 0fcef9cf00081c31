import { expect } from 'chai';
import { parseRoute } from '../../functions/stream/route/routes.ts';
import { thrownBy } from '../../testing/problem.ts';

const route = (path: string) => parseRoute(new URL(`https://sluice.example${path}`));

describe('parseRoute below /hls and /dash', () => {
  const ADDRESSES: [string, string, object][] = [
    ['/hls/a/b.mp4/master.m3u8', 'a/b.mp4', { kind: 'master' }],
    ['/dash/a.mp4/manifest.mpd', 'a.mp4', { kind: 'manifest' }],
    ['/hls/a.mp4/720p/index.m3u8', 'a.mp4', { kind: 'playlist', rendition: '720p' }],
    ['/hls/a.mp4/copy/iframes.m3u8', 'a.mp4', { kind: 'iframes', rendition: 'copy' }],
    ['/hls/a.mp4/audio-0/init.mp4', 'a.mp4', { kind: 'init', rendition: 'audio-0' }],
    ['/dash/a.mp4/audio-0/init.mp4', 'a.mp4', { kind: 'init', rendition: 'audio-0' }],
    ['/hls/a.mp4/720p/0.m4s', 'a.mp4', { kind: 'segment', rendition: '720p', index: 0 }],
    ['/dash/a.mp4/720p/1234567.m4s', 'a.mp4', { kind: 'segment', rendition: '720p', index: 1_234_567 }],
    ['/hls/a.mp4/720p/iframe-12.m4s', 'a.mp4', { kind: 'iframe', rendition: '720p', index: 12 }],
    [
      '/hls/a.mp4/720p/iframe-135-175.m4s',
      'a.mp4',
      { kind: 'iframe-part', rendition: '720p', from: 135, to: 175 },
    ],
    ['/hls/a.mp4/720p/135-175.m4s', 'a.mp4', { kind: 'part', rendition: '720p', from: 135, to: 175 }],
    ['/dash/a.mp4/copy/clip-init.mp4', 'a.mp4', { kind: 'clip-init', rendition: 'copy' }],
    ['/hls/master.m3u8/master.m3u8', 'master.m3u8', { kind: 'master' }],
    ['/hls/a.mp4/720p/master.m3u8', 'a.mp4/720p', { kind: 'master' }],
    ['/hls/a/720p/0.m4s/720p/0.m4s', 'a/720p/0.m4s', { kind: 'segment', rendition: '720p', index: 0 }],
    ['/hls//double//slash/master.m3u8', '/double//slash', { kind: 'master' }],
    ['/hls/folder//720p/0.m4s', 'folder/', { kind: 'segment', rendition: '720p', index: 0 }],
    ['/hls/a%2Fb%20%E2%82%AC%3F.mp4/master.m3u8', 'a/b €?.mp4', { kind: 'master' }],
  ];
  for (const [path, key, ask] of ADDRESSES) {
    it(path, () => {
      expect(route(path)).to.deep.equal({ kind: 'adaptive', key, ask, version: null });
    });
  }

  it('reads the clip of playlists and texts, to the millisecond', () => {
    const CLIPS: [string, object][] = [
      ['?start=5.4004&end=9', { startSeconds: 5.4, endSeconds: 9 }],
      ['?start=5.4&utm_source=x', { startSeconds: 5.4, endSeconds: null }],
      ['?end=0.001', { startSeconds: 0, endSeconds: 0.001 }],
    ];
    for (const [query, clip] of CLIPS) {
      expect(route(`/hls/a/copy/index.m3u8${query}`)).to.have.deep.nested.property('ask.clip', clip);
      expect(route(`/hls/a/copy/iframes.m3u8${query}`)).to.have.deep.nested.property('ask.clip', clip);
      expect(route(`/hls/a/chapters.json${query}`)).to.have.deep.nested.property('ask.clip', clip);
      expect(route(`/hls/a/master.m3u8${query}`)).to.have.deep.nested.property('ask.choice.clip', clip);
    }
    expect(route('/dash/a/track-2/subtitles-5400-9000.vtt')).to.have.deep.nested.property('ask.clip', {
      startSeconds: 5.4,
      endSeconds: 9,
    });
    expect(route('/hls/a/master.m3u8?start=0')).to.deep.include({ ask: { kind: 'master' } });
    expect(route('/hls/a/copy/index.m3u8?start=0.0001')).to.not.have.nested.property('ask.clip');
  });

  it('reads the version of the segment, which may be anything', () => {
    expect(route('/hls/a/720p/0.m4s?v=a-_9')).to.include({ version: 'a-_9' });
    expect(route('/dash/a/720p/init.mp4?v=')).to.include({ version: '' });
    expect(route('/hls/a/720p/iframe-1.m4s?v=%00')).to.include({ version: '\0' });
  });

  const NOT_FOUND = [
    '/hls',
    '/hls/',
    '/hls/a.mp4',
    '/hls/master.m3u8',
    '/hls//master.m3u8',
    '/dash/manifest.mpd',
    '/hls/a.mp4/',
    '/hls/a.mp4/manifest.mpd',
    '/dash/a.mp4/master.m3u8',
    '/dash/a.mp4/720p/index.m3u8',
    '/dash/a.mp4/720p/iframes.m3u8',
    '/hls/a.mp4/index.m3u8',
    '/hls/720p/0.m4s',
    '/hls/a.mp4/720P/0.m4s',
    '/hls/a.mp4/72%30p/0.m4s',
    '/hls/a.mp4/-/0.m4s',
    `/hls/a.mp4/${'x'.repeat(33)}/0.m4s`,
    '/hls/a.mp4/720p/00.m4s',
    '/hls/a.mp4/720p/01.m4s',
    '/hls/a.mp4/720p/-1.m4s',
    '/hls/a.mp4/720p/1e3.m4s',
    '/hls/a.mp4/720p/12345678.m4s',
    '/hls/a.mp4/720p/iframe-.m4s',
    '/hls/a.mp4/track-2/subtitles-1.vtt',
    '/hls/a.mp4/track-2/subtitles-2-1.vtt',
    '/hls/a.mp4/track-2/subtitles-01-2.vtt',
    '/hls/a.mp4/720p/1-.m4s',
    '/hls/a.mp4/720p/01-2.m4s',
    '/hls/a.mp4/720p/1-123456789.m4s',
    '/hls/a.mp4/720p/iframe-01.m4s',
    '/hls/a.mp4/720p/%30.m4s',
    '/hls/a.mp4/720p/0.m4s/',
    '/hls/a.mp4/master%2em3u8',
    '/hls/a.mp4/Master.m3u8',
  ];
  for (const path of NOT_FOUND) {
    it(`${path.slice(0, 40)}: 404`, () => expect(thrownBy(() => route(path)).status).to.equal(404));
  }

  const WRONG: [string, RegExp][] = [
    ['/hls/a/master.m3u8?height=9', /Unknown parameter "height": this address takes min-height, max-height/],
    ['/dash/a/manifest.mpd?start=1&end=1', /"end" must be later than the start, which is at 1 seconds/],
    ['/hls/a/master.m3u8?end=0', /"end" must be later than the start, which is at 0 seconds/],
    [
      '/hls/a/master.m3u8?start=5.4&end=5.3996',
      /"end" must be later than the start, which is at 5.4 seconds/,
    ],
    ['/hls/a/master.m3u8?start=-1', /"start" must be a number of seconds between 0 and 86400/],
    ['/dash/a/manifest.mpd?end=1e3', /"end" must be a number of seconds between 0 and 86400/],
    ['/hls/a/720p/index.m3u8?start=NaN', /"start" must be a number of seconds/],
    ['/hls/a/720p/index.m3u8?duration=9', /"duration": this address takes start, end/],
    ['/hls/a/track-2/subtitles.vtt?start=9', /"start": this address takes none/],
    ['/hls/a/720p/0.m4s?start=3', /takes v/],
    ['/hls/a/720p/0.m4s?v=x&v=x', /given twice/],
    ['/hls/a%00/master.m3u8', /control characters/],
    ['/hls/%ff/720p/0.m4s', /percent-encoded/],
    ['/hls/a%2f..%2fb/720p/0.m4s', /segments/],
    [`/hls/${'x'.repeat(1025)}/720p/0.m4s`, /1024 bytes/],
  ];
  for (const [path, sentence] of WRONG) {
    it(`${path.slice(0, 40)}: 400`, () => {
      const problem = thrownBy(() => route(path));
      expect(problem.status).to.equal(400);
      expect(problem.message).to.match(sentence);
    });
  }
});
