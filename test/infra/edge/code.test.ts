import { expect } from 'chai';
import { cachedPaths } from '../../../cli/cached-paths.ts';
import { contentTypeOf, INLINE_TYPES } from '../../../functions/stream/base/content-type.ts';
import { refuseRewrittenPath } from '../../../functions/stream/base/key.ts';
import { acceptedImage } from '../../../functions/stream/route/accepted-image.ts';
import { parseRoute } from '../../../functions/stream/route/routes.ts';
import { edgeCode } from '../../../infra/edge/code.ts';
import { type EdgeHeaders, type EdgeRequest, loadEdge } from '../../../testing/edge.ts';

const OPEN = { isSigned: false, isEncrypted: false, hasTexts: true, allowedOrigins: [] };
const SIGNED = { ...OPEN, isSigned: true, allowedOrigins: ['https://app.example'] };
const requested = loadEdge('media-request', OPEN);
const responded = loadEdge('media-response', OPEN);

/** Returns the path requested of the bucket; null if the request goes on to the function unchanged. */
function bucketPath(uri: string, query: Record<string, string> = {}, method = 'GET'): string | null {
  const querystring = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, { value }]));
  const request = { method, uri, querystring, headers: {} };
  const { returned, origin: selected } = requested({ request });
  const { uri: sent, querystring: left } = returned as EdgeRequest;
  if (selected !== null) expect([selected, left]).to.deep.equal(['bucket', {}]);
  else expect(returned).to.deep.equal({ method, uri, querystring, headers: {} });
  return selected === null ? null : sent;
}

/** Returns the headers with which an answer goes on to the viewer. */
function answer(uri: string, headers: Record<string, string>, edge = responded): Record<string, string> {
  const wrapped = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { value }]));
  const response = { statusCode: 200, headers: wrapped };
  const request = { method: 'GET', uri, querystring: {}, headers: {} };
  const { returned } = edge({ request, response });
  const sent = (returned as { headers: EdgeHeaders }).headers;
  return Object.fromEntries(Object.entries(sent).map(([name, { value }]) => [name, value]));
}

describe('edge', () => {
  describe('media-request', () => {
    const toBucket: [uri: string, path: string][] = [
      ['/media/film.mp4', '/film.mp4'],
      ['/media/FILM.MP4', '/FILM.MP4'],
      ['/media/a/b/song.flac', '/a/b/song.flac'],
      ['/media/a%2Fb.mp4', '/a/b.mp4'],
      ['/media/%61%2c.mp4', '/a%2C.mp4'],
      ['/media/%C3%BC%20x.webm', '/%C3%BC%20x.webm'],
      ['/media/a+b.mp3', '/a%2Bb.mp3'],
      ['/media/a%2Bb.mp3', '/a%2Bb.mp3'],
      ['/media/media/film.mp4', '/media/film.mp4'],
      ['/media/..film.mp4', '/..film.mp4'],
      ['/media/poster.jpg', '/poster.jpg'],
      ['/media/film.vtt', '/film.vtt'],
    ];
    for (const [uri, path] of toBucket) {
      it(`asks the bucket for ${uri}`, () => {
        expect(bucketPath(uri)).to.equal(path);
        expect(bucketPath(uri, {}, 'HEAD')).to.equal(path);
      });
    }

    it('asks the bucket despite parameters of players, CDNs and campaigns', () => {
      const added = {
        CMCD: 'bl%3D2100',
        _HLS_primary_id: '1',
        utm_source: 'x',
        fbclid: '1',
        'Key-Pair-Id': 'K',
      };
      expect(bucketPath('/media/film.mp4', added)).to.equal('/film.mp4');
    });

    const toFunction: [uri: string, query?: Record<string, string>, method?: string][] = [
      ['/media/film.mp4', { faststart: '1' }],
      // The time of an image, which means nothing here: only the function knows.
      ['/media/film.mp4', { t: '3' }],
      ['/media/film.mp4', { download: '' }],
      ['/media/film.mp4', { CMCD: 'su', download: '1' }],
      ['/media/film.mp4', { heigth: '1' }],
      ['/media/film.mp4', { donwload: '1' }],
      ['/media/film.mp4', { v: '1' }],
      ['/media/film.mp4', { '%64ownload': '1' }],
      ['/media/film.mp4', { 'down+load': '1' }],
      ['/media/film.mp4', { '': '1' }],
      ['/media/film.mp4', Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`x${i}`, '']))],
      ['/media/film.mp4', {}, 'OPTIONS'],
      ['/media/film.mp4', {}, 'POST'],
      ['/media/page.html'],
      ['/media/drawing.svg'],
      ['/media/script.js'],
      ['/media/film'],
      ['/media/film.mp4/'],
      ['/media/'],
      ['/media'],
      ['/media/folder/'],
      ['/media//film.mp4'],
      ['/media/a//film.mp4'],
      ['/media/../film.mp4'],
      ['/media/a/../film.mp4'],
      ['/media/a/./film.mp4'],
      ['/media/%2e%2e/film.mp4'],
      ['/media/%2e%2e%2ffilm.mp4'],
      ['/media/%252e%252e/film.mp4'],
      ['/media/a%5c..%5cfilm.mp4'],
      ['/media/a\\film.mp4'],
      ['/media/film%00.mp4'],
      ['/media/film%0d%0a.mp4'],
      ['/media/film%7f.mp4'],
      ['/media/film.mp%34'],
      ['/media/film%2emp4'],
      ['/media/film%ff.mp4'],
      ['/media/film%F.mp4'],
      ['/media/100%25.mp4'],
      ['/media/fil\u00fcm.mp4'],
      ['/media/film.mp4 '],
      [`/media/${'a'.repeat(1024)}.mp4`],
      ['/MEDIA/film.mp4'],
      ['/stream/film.mp4'],
      ['/media/../stream/film.mp4'],
    ];
    for (const [uri, query, method] of toFunction) {
      it(`leaves ${method ?? 'GET'} ${uri.slice(0, 60)} ${JSON.stringify(query ?? {})} to the function`, () => {
        expect(bucketPath(uri, query, method)).to.equal(null);
      });
    }

    it('opens nothing that the function would refuse, hide or treat in another way', () => {
      const chunks = [
        'a',
        'film.mp4',
        '.',
        '..',
        '/',
        '%',
        '%2e',
        '%2F',
        '%5C',
        '\\',
        '+',
        '%00',
        '%25',
        '.html',
        '%34',
        '.mp%34',
      ];
      chunks.push(
        '%c3%bc',
        '%c3',
        ' ',
        '~',
        ';',
        ':',
        '//',
        '.MKV',
        '.jpg',
        '?',
        '#',
        '%0a',
        '%ED%A0%80',
        "'",
      );
      let random = 1;
      let opened = 0;
      for (let i = 0; i < 50_000; i++) {
        let uri = '/media/';
        for (let length = (random % 6) + 1; length > 0; length--) {
          random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
          uri += chunks[(random >>> 8) % chunks.length];
        }
        const path = bucketPath(uri);
        if (path === null || /[?#]/.test(uri)) continue;
        opened += 1;
        refuseRewrittenPath(uri);
        const route = parseRoute(new URL(`https://localhost${uri}`));
        if (route.kind !== 'media') throw new Error(`${uri} is ${route.kind}`);
        expect(route.parameters).to.deep.equal({ faststart: false, download: false });
        expect(route.key, uri).to.equal(decodeURIComponent(path.slice(1)));
        const { type, inline } = contentTypeOf(route.key);
        expect(inline, uri).to.equal(true);
        for (const asked of [uri, path]) {
          expect(answer(asked, { 'content-type': 'text/html' }), uri).to.deep.equal({
            'content-type': type,
            'cache-control': 'no-cache',
          });
        }
      }
      expect(opened).to.be.greaterThan(500);
    });
  });

  describe('cached-request', () => {
    const edge = loadEdge('cached-request', OPEN);
    const BROWSER = 'text/html,image/avif,image/webp,image/png,*/*;q=0.8';
    const table: [uri: string, query: Record<string, string>, sent: string | null, reduced: string | null][] =
      [
        ['/image/a.mp4', { v: 'x', format: 'auto' }, BROWSER, 'image/webp'],
        ['/image/a.mp4', { v: 'x', format: 'auto' }, 'image/jpeg,image/png', 'image/jpeg'],
        ['/image/a.mp4', { v: 'x', format: 'auto' }, 'Image/PNG;q=0.9', 'image/png'],
        ['/image/a.mp4', { v: 'x', format: 'auto' }, 'image/webpack,*/*', 'image/jpeg'],
        ['/image/a.mp4', { v: 'x', format: 'auto' }, null, 'image/jpeg'],
        ['/image/a.mp4', { v: 'x', format: 'png' }, BROWSER, '*/*'],
        ['/image/a.mp4', { v: 'x' }, BROWSER, '*/*'],
        // A person who opens it in a browser reads what is wrong as a page.
        ['/image/a.mp4', { format: 'auto' }, BROWSER, BROWSER],
        ['/waveform/a.mp4', { v: 'x' }, BROWSER, '*/*'],
        ['/waveform/a.mp4', { v: 'x' }, 'application/x-ndjson', 'application/x-ndjson'],
        ['/waveform/a.mp4', {}, null, null],
      ];
    for (const [uri, query, sent, reduced] of table) {
      it(`has ${reduced} for ${sent} of ${uri} ${JSON.stringify(query)}`, () => {
        const querystring = Object.fromEntries(
          Object.entries(query).map(([name, value]) => [name, { value }]),
        );
        const headers: EdgeHeaders = sent === null ? {} : { accept: { value: sent } };
        const { returned } = edge({ request: { method: 'GET', uri, querystring, headers } });
        expect((returned as EdgeRequest).headers.accept?.value ?? null).to.equal(reduced);
        if (reduced === null || !uri.startsWith('/image')) return;
        // The function decides the same by either.
        expect(acceptedImage(reduced)).to.equal(
          query.format === 'auto' ? acceptedImage(sent ?? '') : acceptedImage('*/*'),
        );
      });
    }
  });

  describe('the spelling of a key in the cache', () => {
    const edge = loadEdge('cached-request', OPEN);
    const sent = (uri: string) =>
      (edge({ request: { method: 'GET', uri, querystring: {}, headers: {} } }).returned as EdgeRequest).uri;
    const below: [word: string, after: string][] = [
      ...(['copy/0.m4s', 'copy/index.m3u8', 'master.m3u8', 'chapters.json'].map((name) => [
        'hls',
        `/${name}`,
      ]) as [string, string][]),
      ['dash', '/v-720/init.mp4'],
      ['dash', '/manifest.mpd'],
      ['image', ''],
      ['waveform', ''],
      ['storyboard', '/index.vtt'],
      ['subtitles', '/0.vtt'],
    ];
    const spellings: [key: string, spelt: readonly string[]][] = [
      ['films/a b.mp4', ['films/a%20b.mp4', 'films%2Fa%20b.mp4', '%66ilms/a%20b.mp%34', 'films%2fa%20b.mp4']],
      ['ü,+&.mp4', ['%C3%BC%2C%2B%26.mp4', '%c3%bc,+&.mp4', '%C3%BC,%2b&.mp4']],
      ['/a//b.mp4', ['/a//b.mp4', '%2Fa%2F%2Fb.mp4', '/a/%2Fb.mp4']],
      ['100%41.mp4', ['100%2541.mp4', '%31%30%30%2541.mp4']],
    ];
    for (const [key, spelt] of spellings) {
      it(`is one for ${spelt.join(' and ')}, which a purge of ${key} removes`, () => {
        const purged = cachedPaths(key).map((path) => path.slice(0, -1));
        for (const [word, after] of below) {
          const paths = new Set(spelt.map((each) => sent(`/${word}/${each}${after}`)));
          expect(paths.size, [...paths].join(' ')).to.equal(1);
          const [path = ''] = paths;
          expect(purged.filter((each) => path.startsWith(each))).to.have.length(1);
          // The function reads the same object in each.
          for (const each of [path, ...spelt.map((one) => `/${word}/${one}${after}`)]) {
            const route = parseRoute(new URL(each, 'https://localhost'));
            expect('key' in route && route.key, each).to.equal(key);
          }
        }
      });
    }

    it('is left as it is where the function refuses the key, or there is none', () => {
      for (const uri of [
        '/hls/a/%2e%2e/b.mp4/master.m3u8',
        '/hls/../b.mp4/master.m3u8',
        '/image/a%5Cb.jpg',
        '/image/a%00.jpg',
        '/image/a%ff.jpg',
        '/image/%F',
        // Escaped, it would be longer than CloudFront takes.
        `/image/${'&'.repeat(3_072)}`,
        '/hls/master.m3u8',
        '/hls/',
      ])
        expect(sent(uri)).to.equal(uri);
    });
  });

  describe('media-response', () => {
    const OF_THE_OBJECT = {
      ...{ 'content-type': 'video/mp4', 'content-length': '9', 'content-range': 'bytes 0-8/99' },
      ...{ 'accept-ranges': 'bytes', etag: '"1"', 'last-modified': 'Tue, 24 Nov 2026 00:00:00 GMT' },
      ...{ date: 'Tue, 24 Nov 2026 00:00:01 GMT', 'cache-control': 'max-age=60', vary: 'Origin' },
      ...{ 'access-control-allow-origin': '*', 'access-control-expose-headers': 'ETag' },
      ...{ 'x-content-type-options': 'nosniff', 'content-security-policy': 'sandbox' },
      ...{ 'x-amz-request-id': '1', 'x-amz-id-2': '2', 'x-amz-cf-id': '3', via: '1.1 cloudfront' },
    };
    const plan = { 'sluice-plan': 'passthrough', 'content-type': 'multipart/byteranges; boundary=x' };
    const table: [uri: string, stored: Record<string, string>, sent: Record<string, string>][] = [
      ['/film.mp4', { 'content-type': 'text/html' }, { 'content-type': 'video/mp4' }],
      ['/media/FILM.MKV', { 'content-type': 'x/y' }, { 'content-type': 'video/matroska' }],
      ['/a.mp4', { etag: '"1"' }, { etag: '"1"' }],
      ['/a.mp4', { 'content-disposition': 'attachment' }, {}],
      // Read-only there: a function that removes it is answered with 502.
      ['/a.vtt', { 'content-encoding': 'gzip' }, { 'content-encoding': 'gzip' }],
      ['/a.mp4', { 'content-language': 'de', expires: 'Thu, 01 Jan 2099 00:00:00 GMT' }, {}],
      ['/a.mp4', { 'x-amz-website-redirect-location': 'https://evil.example/' }, {}],
      ['/a.mp4', { 'set-cookie': 'a=1', location: '/x', link: '</x>', server: 'AmazonS3' }, {}],
      ['/a.mp4', { 'x-amz-server-side-encryption': 'AES256', 'x-amz-tagging-count': '1' }, {}],
      ['/a.mp4', OF_THE_OBJECT, OF_THE_OBJECT],
      ['/a.mp4', { 'x-amz-meta-author': 'me', 'x-amz-version-id': '1', etag: '"1"' }, { etag: '"1"' }],
      ['/a.mp4', plan, plan],
      [
        '/a.html',
        { ...plan, 'content-disposition': 'attachment' },
        { ...plan, 'content-disposition': 'attachment' },
      ],
    ];
    for (const [uri, stored, sent] of table) {
      it(`makes ${JSON.stringify(sent)} of ${uri} with ${JSON.stringify(stored)}`, () => {
        // For an object only: the function has set it itself.
        const said = 'sluice-plan' in stored ? {} : { 'cache-control': 'no-cache' };
        expect(answer(uri, stored)).to.deep.equal({ ...said, ...sent });
      });
    }

    it('keeps answers of the function out of other caches, even through this one', () => {
      const plan = { 'sluice-plan': 'copy; segment=1', 'content-type': 'video/mp4' };
      const uri = '/hls/a.mp4/copy/1.m4s';
      for (const [said, sent] of [
        ['max-age=31536000, immutable', 'max-age=31536000, immutable, private'],
        ['no-cache, private', 'no-cache, private'],
        ['max-age=0, must-revalidate, s-maxage=5', 'max-age=0, must-revalidate, s-maxage=5, private'],
      ] as const) {
        const headers = { ...plan, 'cache-control': said };
        expect(answer(uri, headers, loadEdge('media-response', SIGNED))).to.deep.equal({
          ...plan,
          'cache-control': sent,
        });
        expect(answer(uri, headers)).to.deep.equal(headers);
      }
    });

    const STORED: [stored: string | null, signed: string, open: string][] = [
      [null, 'no-cache, private', 'no-cache'],
      ['public, max-age=3600', 'max-age=3600, private', 'public, max-age=3600'],
      ['s-maxage=60,max-age=5', 'max-age=5, private', 's-maxage=60,max-age=5'],
      ['s-maxage=60', 'no-cache, private', 'no-cache'],
      ['no-store', 'no-store, private', 'no-store'],
    ];
    for (const [stored, sent, open] of STORED) {
      it(`keeps ${stored ?? 'an object without a header'} out of shared caches if addresses are signed`, () => {
        const headers: Record<string, string> = stored === null ? {} : { 'cache-control': stored };
        const signed = answer('/a.mp4', headers, loadEdge('media-response', SIGNED));
        expect(signed).to.deep.equal({ 'cache-control': sent });
        expect(answer('/a.mp4', headers)).to.deep.equal({ 'cache-control': open });
      });
    }
  });

  for (const [name, settings] of [
    ['media-request', OPEN],
    ['cached-request', OPEN],
    ['media-response', OPEN],
    ['media-response', SIGNED],
    ['signed-request', SIGNED],
  ] as const) {
    it(`${name} is what CloudFront and Terraform take${settings.isSigned ? ', signed' : ''}`, () => {
      const code = edgeCode(name, settings);
      expect(Buffer.byteLength(code)).to.be.lessThan(10 * 1024);
      // Terraform would interpret these.
      expect(code).to.not.match(/[$%]\{/);
      expect(code.startsWith("import cf from 'cloudfront';\n")).to.equal(!/^(media-resp|cached)/.test(name));
      // Runtime 2.0 parses none of these.
      expect(code).to.not.match(/\?\.|\?\?|\.\.\.|\bclass\b|\bof\b [^\n]*\) \{|\bconst \{|\bcatch \{/);
      if (name === 'cached-request') return;
      for (const [extension, type] of INLINE_TYPES) {
        expect(code).to.contain(name === 'media-response' ? `"${extension}":"${type}"` : `"${extension}"`);
      }
    });
  }

  it('has room for twenty origins, and says how many bytes of more are too many', () => {
    const origins = (count: number) =>
      Array.from({ length: count }, (_, i) => `https://pages-${i}.example.org`);
    const code = (count: number) => edgeCode('signed-request', { ...SIGNED, allowedOrigins: origins(count) });
    expect(code(20)).to.contain('https://pages-19.example.org');
    expect(() => code(400)).to.throw(/^ALLOWED_ORIGINS is \d+ bytes too long for the code at the edge/);
  });
});
